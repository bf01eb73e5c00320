package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClientClosedException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The row "{@code asLock()} re-entry", and the rest of {@link Lock}: a view that a thread owns. */
@SuppressWarnings("LockNotBeforeTry") // What fails ends the case, and its bench closes the client.
public interface AsLockContract extends ContractCase {

    @Test
    @Proves(Part.ENGINE)
    default void reentry_keepsTheTokenWithoutAskingTheService() {
        String name = bench().name();
        Listeners.Recorder events = new Listeners.Recorder(name);
        bench().client().addListener(events);
        Lock lock = bench().client().lock(name).asLock();
        lock.lock();
        bench().pauseService();
        Duration elapsed = Bench.timed(() -> {
            lock.lock();
            lock.lockInterruptibly();
            assertThat(lock.tryLock()).isTrue();
            assertThat(lock.tryLock(1, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 4; i++) {
                lock.unlock();
            }
        });
        assertThat(elapsed).isLessThan(Bench.ROOM);
        bench().resumeService();
        assertThat(bench().newClient().lock(name).tryAcquire())
                .as("still held once")
                .isEmpty();
        lock.unlock();
        assertThat(events.lines())
                .filteredOn(line -> line.startsWith("acquired "))
                .hasSize(1);
        assertThat(events.lines())
                .filteredOn(line -> line.startsWith("released "))
                .hasSize(1);
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.ENGINE)
    default void reentry_worksThroughEveryViewOfTheClient() {
        String name = bench().name();
        Lock one = bench().client().lock(name).asLock();
        Lock two = bench().client().lock(name).asLock();
        one.lock();
        assertThat(two.tryLock()).isTrue();
        one.unlock();
        two.unlock();
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.ENGINE)
    default void reentryAfterTheLoss_throws() {
        Lock lock = bench().client()
                .lock(bench().name(), Bench.unrenewed(Bench.BRIEF_LEASE))
                .asLock();
        lock.lock();
        Bench.await("re-entry finds the hold lost")
                .atMost(Bench.BRIEF_LEASE.plus(Bench.ROOM))
                .untilAsserted(() -> assertThatThrownBy(() -> {
                            lock.lock();
                            lock.unlock();
                        })
                        .isInstanceOf(LeaseLostException.class));
        assertThatThrownBy(lock::tryLock).isInstanceOf(LeaseLostException.class);
        assertThatThrownBy(lock::unlock).as("the last unlock of a lost hold").isInstanceOf(LeaseLostException.class);
        lock.lock();
        lock.unlock();
    }

    @Test
    @Proves(Part.ENGINE)
    default void unlockByAThreadThatDoesNotHold_throws() {
        String name = bench().name();
        Lock lock = bench().client().lock(name).asLock();
        assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
        lock.lock();
        Job<Boolean> other = bench().start(() -> {
            assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
            return lock.tryLock();
        });
        assertThat(other.get()).as("tryLock of another thread").isFalse();
        lock.unlock();
        assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.ENGINE)
    default void conditions_areNotSupported() {
        Lock lock = bench().client().lock(bench().name()).asLock();
        assertThatThrownBy(lock::newCondition).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    @Proves(Part.ENGINE)
    default void tryLockWithATime_waitsThatLong() throws InterruptedException {
        String name = bench().name();
        Lock mine = bench().client().lock(name).asLock();
        Lock others = bench().newClient().lock(name).asLock();
        mine.lock();
        assertThat(others.tryLock()).isFalse();
        assertThat(others.tryLock(0, TimeUnit.SECONDS)).isFalse();
        assertThat(Bench.timed(() ->
                        assertThat(others.tryLock(300, TimeUnit.MILLISECONDS)).isFalse()))
                .isBetween(Duration.ofMillis(300), Duration.ofMillis(300).plus(Bench.ROOM));
        mine.unlock();
        assertThat(others.tryLock(Long.MAX_VALUE, TimeUnit.DAYS)).isTrue();
        others.unlock();
    }

    @Test
    @Proves(Part.ENGINE)
    default void lock_waitsThroughInterruptsAndRestoresTheStatus() {
        String name = bench().name();
        Lock mine = bench().client().lock(name).asLock();
        Lock others = bench().newClient().lock(name).asLock();
        mine.lock();
        Job<Boolean> waiter = bench().start(() -> {
                    others.lock();
                    boolean status = Thread.interrupted();
                    others.unlock();
                    return status;
                })
                .awaitWaiting();
        waiter.interrupt();
        Bench.await("the interrupted thread waits on")
                .during(Duration.ofMillis(200))
                .until(() -> !waiter.isDone());
        mine.unlock();
        assertThat(waiter.get()).as("interrupt status after lock()").isTrue();
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.BACKEND)
    default void lockInterruptibly_endsWithAnInterruptAndLeavesNothingBehind() {
        String name = bench().name();
        Lock mine = bench().client().lock(name).asLock();
        Lock others = bench().newClient().lock(name).asLock();
        mine.lock();
        Job<Boolean> waiter = bench().start(() -> {
                    others.lockInterruptibly();
                    return true;
                })
                .awaitWaiting();
        waiter.interrupt();
        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
        mine.unlock();
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.ENGINE)
    default void threadsOfAView_haveOneHolderAtATime() {
        Lock lock = bench().client().lock(bench().name()).asLock();
        AtomicInteger unguarded = new AtomicInteger();
        Stream.generate(() -> bench().start(() -> {
                    for (int i = 0; i < 20; i++) {
                        lock.lock();
                        try {
                            int seen = unguarded.get();
                            Thread.onSpinWait();
                            unguarded.set(seen + 1);
                        } finally {
                            lock.unlock();
                        }
                    }
                    return true;
                }))
                .limit(20)
                .toList()
                .forEach(Job::get);
        assertThat(unguarded).hasValue(400);
    }

    @Test
    @Proves(Part.ENGINE)
    default void aViewOfAClosedClient_refuses() {
        Lock lock = bench().client().lock(bench().name()).asLock();
        bench().client().close();
        assertThatThrownBy(lock::lock).isInstanceOf(LockClientClosedException.class);
    }
}
