package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.jdbc.internal.exchange.Gathering;
import dev.pawl.lock.testkit.Bench;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is asked while an exchange is under way goes together in the next one. */
@Timeout(60)
final class GatheringTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Of each exchange, what it has carried. */
    private final Queue<List<Integer>> carried = new ConcurrentLinkedQueue<>();

    private final Queue<Thread> carriers = new ConcurrentLinkedQueue<>();
    private final CountDownLatch held = new CountDownLatch(1);

    /** Answers each number with its double; the number 0 after {@link #held} is open. */
    private final Gathering<Integer, Integer> gathering = gathering(LIMIT);

    private Gathering<Integer, Integer> gathering(Duration limit) {
        return new Gathering<>(1, limit.toNanos(), (questions, end) -> {
            carried.add(questions);
            carriers.add(Thread.currentThread());
            if (questions.contains(0)) {
                awaitOpen();
            }
            if (questions.contains(13)) {
                throw new SQLException("unlucky");
            }
            if (questions.contains(14)) {
                throw new OutOfMemoryError("a test");
            }
            return questions.stream().map(question -> 2 * question).toList();
        });
    }

    @AfterEach
    void end() {
        held.countDown();
        threads.shutdownNow();
    }

    private void awaitOpen() {
        try {
            held.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private CompletableFuture<Integer> asks(Gathering<Integer, Integer> gathering, int number, Duration limit) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return gathering.ask(number, System.nanoTime() + limit.toNanos());
                    } catch (SQLException e) {
                        throw new CompletionException(e);
                    }
                },
                threads);
    }

    private CompletableFuture<Integer> asks(int number) {
        return asks(gathering, number, LIMIT);
    }

    /** While the exchange of 0 is under way: in this order, each after the one before waits. */
    private List<CompletableFuture<Integer>> gather(int... numbers) {
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        all.add(asks(0));
        Bench.await("the first exchange").until(() -> carried.size() == 1);
        for (int number : numbers) {
            int before = gathering.waiting();
            all.add(asks(number));
            Bench.await("one more who waits").until(() -> gathering.waiting() > before);
        }
        return all;
    }

    @Test
    void whoFindsACarrierFree_goesAtOnce_alone_onItsOwnThread() throws SQLException {
        for (int i = 1; i <= 3; i++) {
            assertThat(gathering.ask(i, System.nanoTime() + LIMIT.toNanos())).isEqualTo(2 * i);
        }
        assertThat(carried).containsExactly(List.of(1), List.of(2), List.of(3));
        assertThat(carriers).containsOnly(Thread.currentThread());
    }

    @Test
    void whatComesMeanwhile_goesTogether_inItsOrder_andEachGetsItsAnswer() {
        List<CompletableFuture<Integer>> all = gather(1, 2, 3);
        held.countDown();
        for (int i = 0; i < all.size(); i++) {
            assertThat(Bench.get(all.get(i))).isEqualTo(2 * i);
        }
        assertThat(carried).containsExactly(List.of(0), List.of(1, 2, 3));
    }

    @Test
    void moreThanGoesInOneExchange_goesInTheNext() {
        int[] numbers = new int[130];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = 100 + i;
        }
        List<CompletableFuture<Integer>> all = gather(numbers);
        held.countDown();
        all.forEach(Bench::get);
        assertThat(carried).extracting(List::size).containsExactly(1, 128, 2);
    }

    @Test
    void faultOfAnExchange_isTheFaultOfEachInIt_andOfNobodyElse() {
        List<CompletableFuture<Integer>> all = gather(1, 13, 3);
        held.countDown();
        assertThat(Bench.get(all.get(0))).isZero();
        for (int i = 1; i <= 3; i++) {
            assertThat(Bench.failure(all.get(i))).hasMessageContaining("unlucky");
        }
        assertThat(Bench.get(asks(4))).isEqualTo(8);
    }

    @Test
    void errorInAnExchange_isToldToAllOfThem_andTheCarrierIsNotLost() {
        List<CompletableFuture<Integer>> all = gather(14, 1);
        held.countDown();
        assertThat(Bench.failure(all.get(1))).isInstanceOf(OutOfMemoryError.class);
        assertThat(Bench.failure(all.get(2))).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> gathering.ask(14, System.nanoTime() + LIMIT.toNanos()))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(Bench.get(asks(4))).isEqualTo(8);
    }

    @Test
    void whoWaitsTooLong_givesUp_andTheOthersGoOn() {
        Gathering<Integer, Integer> hasty = gathering(Duration.ofMillis(200));
        CompletableFuture<Integer> first = asks(hasty, 0, LIMIT);
        Bench.await("the first exchange").until(() -> carried.size() == 1);
        CompletableFuture<Integer> late = asks(hasty, 1, Duration.ofMillis(200));
        CompletableFuture<Integer> patient = asks(hasty, 2, LIMIT);
        assertThat(Bench.failure(late)).isInstanceOf(SQLTransientConnectionException.class);
        held.countDown();
        assertThat(Bench.get(first)).isZero();
        assertThat(Bench.get(patient)).isEqualTo(4);
        assertThat(carried).containsExactly(List.of(0), List.of(2));
    }

    @Test
    void interruptOfOneWhoWaits_isKeptForLater_andDisturbsNobody() throws InterruptedException {
        gather();
        AtomicReference<Integer> answer = new AtomicReference<>();
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                answer.set(gathering.ask(5, System.nanoTime() + LIMIT.toNanos()));
                interrupted.set(Thread.currentThread().isInterrupted());
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        Bench.await("one who waits").until(() -> gathering.waiting() == 1);
        thread.interrupt();
        CompletableFuture<Integer> other = asks(6);
        Bench.await("two who wait").until(() -> gathering.waiting() == 2);
        held.countDown();
        thread.join();
        assertThat(answer.get()).isEqualTo(10);
        assertThat(interrupted.get()).isTrue();
        assertThat(Bench.get(other)).isEqualTo(12);
    }

    /** Over a network, where an exchange takes long, nobody waits for another's while there is a carrier. */
    @Test
    void whereEachExchangeTakesLong_severalAreUnderWay() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Gathering<Integer, Integer> slow = new Gathering<>(2, LIMIT.toNanos(), (questions, end) -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            LockSupport.parkNanos(5_000_000);
            now.decrementAndGet();
            return questions;
        });
        Bench.await("two at once").until(() -> {
            List<CompletableFuture<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(asks(slow, i, LIMIT));
            }
            all.forEach(Bench::get);
            return most.get() == 2;
        });
    }
}
