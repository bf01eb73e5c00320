package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;
import static dev.pawl.lock.internal.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where the exchanges of a blocking client library run, and whom they keep waiting. */
class BlockingBackendTest {

    private final BlockingBackend backend = new BlockingBackend();
    private final Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));
    private final DistributedLock lock = engine.lock("a");

    @AfterEach
    void close() {
        backend.goOn();
        engine.close();
    }

    // Whom an attempt under way keeps waiting

    @Test
    void tryAcquire_isEmptyAtOnce_whileAnotherCallersAttemptIsUnderWay() {
        backend.standStill();
        CompletableFuture<Lease> first = InThread.call(lock::acquire);
        await().until(() -> backend.standing() == 1);

        CompletableFuture<Optional<Lease>> second = InThread.call(lock::tryAcquire);
        assertThat(second).succeedsWithin(SOON);
        assertThat(second.join()).isEmpty();
        assertThat(first).isNotDone();

        backend.goOn();
        assertThat(first).succeedsWithin(SOON);
    }

    @Test
    void timeOfARequest_beginsBeforeItsFirstAttempt() {
        backend.service.takeOver("a");
        backend.standStill();
        long start = System.nanoTime();
        CompletableFuture<Lease> waiter = InThread.call(() -> lock.acquire(Duration.ofSeconds(2)));
        CompletableFuture.delayedExecutor(2_100, TimeUnit.MILLISECONDS).execute(backend::goOn);

        assertThat(waiter)
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(LockTimeoutException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void blockedLossActions_delayNoRenewal() throws Exception {
        LockOptions brief =
                LockOptions.builder().leaseTime(Duration.ofMillis(400)).build();
        Lease healthy = engine.lock("healthy", brief).acquire();
        CountDownLatch blocked = new CountDownLatch(16);
        CountDownLatch end = new CountDownLatch(1);
        for (int i = 0; i < 16; i++) {
            Lease lost = engine.lock("lost-" + i).acquire();
            lost.onLost(event -> {
                blocked.countDown();
                awaitQuietly(end);
            });
            backend.service.lose(lost);
        }
        assertThat(blocked.await(3, TimeUnit.SECONDS)).isTrue();

        long before = renewals();
        await().until(() -> renewals() >= before + 4 || !healthy.isValid());
        assertThat(healthy.isValid()).isTrue();
        end.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long renewals() {
        return backend.exchanges.stream()
                .filter(exchange -> exchange.what().equals("renew"))
                .count();
    }

    // Interrupts

    @Test
    void callerThatStandsStill_doesItsExchangesItself() throws Exception {
        lock.acquire().close();

        assertThat(backend.exchanges).extracting(BlockingBackend.Exchange::what).containsExactly("attempt", "release");
        assertThat(backend.exchanges)
                .allSatisfy(exchange -> assertThat(exchange.thread()).isSameAs(Thread.currentThread()));
    }

    @Test
    void callerThatWasInterrupted_doesNoneOfThem() throws Exception {
        Lease lease = lock.acquire();
        backend.exchanges.clear();

        Thread.currentThread().interrupt();
        lease.close();
        Optional<Lease> again = lock.tryAcquire();
        again.orElseThrow().close();
        Lock owned = lock.asLock();
        owned.lock();
        try {
            assertThat(backend.service.isHeld("a")).isTrue();
        } finally {
            owned.unlock();
        }
        assertThat(Thread.interrupted()).isTrue();

        assertThat(backend.exchanges)
                .extracting(BlockingBackend.Exchange::what)
                .containsExactly("release", "attempt", "release", "attempt", "release");
        noneRanInterrupted();
        assertThat(backend.exchanges)
                .extracting(BlockingBackend.Exchange::thread)
                .doesNotContain(Thread.currentThread());
    }

    @Test
    void callerThatIsInterruptedWhileItWaits_isUndoneByAnExchangeThatIsNot() {
        backend.service.takeOver("a");
        CompletableFuture<Thread> started = new CompletableFuture<>();
        CompletableFuture<Lease> waiter = InThread.call(() -> {
            started.complete(Thread.currentThread());
            return lock.acquire();
        });
        await().until(() -> backend.service.waiting("a") == 1);
        started.join().interrupt();

        assertThat(waiter)
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(InterruptedException.class);
        assertThat(backend.service.waiting("a")).isZero();
        noneRanInterrupted();
    }

    private void noneRanInterrupted() {
        List<BlockingBackend.Exchange> interrupted = backend.exchanges.stream()
                .filter(BlockingBackend.Exchange::interrupted)
                .toList();
        assertThat(interrupted).isEmpty();
    }
}
