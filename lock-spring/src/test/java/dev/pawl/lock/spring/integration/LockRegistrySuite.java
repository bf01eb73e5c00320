package dev.pawl.lock.spring.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.testkit.Bench;
import java.time.Duration;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.integration.support.locks.RenewableLockRegistry;

/**
 * What Spring Integration's documentation, and the tests of its own registries, promise of a {@code LockRegistry}; and what Pawl promises
 * of a lock that is lost.
 */
@Timeout(120)
@SuppressWarnings("LockNotBeforeTry") // What fails ends the case, and its clients are closed.
abstract class LockRegistrySuite {

    private static final int REGISTRIES = 8;

    private final LockClient client;
    private final LockClient other;
    private final RenewableLockRegistry<?> registry;
    private final LockRegistry<?> another;
    private final List<Work<?>> jobs = new ArrayList<>();

    LockRegistrySuite(String url) {
        client = LockClient.connect(url);
        other = LockClient.connect(url);
        registry = registry(client);
        another = registry(other);
    }

    /** The registry of the generation that is on the class path. */
    static RenewableLockRegistry<?> registry(LockClient client) {
        return SpringIntegration.isSeven() ? Seven.registry(client) : new PawlLockRegistry(client);
    }

    @AfterEach
    void close() {
        jobs.forEach(Work::interrupt);
        client.close();
        other.close();
    }

    private <T> Work<T> start(Callable<T> body) {
        Work<T> job = Work.start(body);
        jobs.add(job);
        return job;
    }

    private static String key() {
        return "registry/" + System.nanoTime();
    }

    @Test
    void aLock_isHeldUntilItsUnlock_howeverItIsTaken() throws Exception {
        String key = key();
        Lock lock = registry.obtain(key);
        Lock theirs = another.obtain(key);
        List<Taking> ways =
                List.of(Lock::lock, Lock::lockInterruptibly, Lock::tryLock, mine -> mine.tryLock(10, TimeUnit.SECONDS));
        for (Taking way : ways) {
            way.take(lock);
            assertThat(theirs.tryLock()).isFalse();
            lock.unlock();
            assertThat(theirs.tryLock()).isTrue();
            theirs.unlock();
        }
        assertThat(client.held()).isEmpty();
    }

    @FunctionalInterface
    private interface Taking {
        void take(Lock lock) throws InterruptedException;
    }

    @Test
    void aThread_mayLockAgain_andTheLastUnlockReleases() throws Exception {
        String key = key();
        registry.obtain(key).lock();
        registry.obtain(key).lockInterruptibly();
        assertThat(registry.obtain(key).tryLock()).isTrue();
        assertThat(registry.obtain(key).tryLock(1, TimeUnit.SECONDS)).isTrue();
        for (int depth = 4; depth > 0; depth--) {
            assertThat(another.obtain(key).tryLock()).isFalse();
            registry.obtain(key).unlock();
        }
        assertThat(another.obtain(key).tryLock()).isTrue();
        another.obtain(key).unlock();
    }

    @Test
    void locksOfOneKey_areEqual_andThoseOfOtherKeysOrRegistriesAreNot() {
        String key = key();
        assertThat(registry.obtain(key)).isEqualTo(registry.obtain(key)).hasSameHashCodeAs(registry.obtain(key));
        assertThat(registry.obtain(key))
                .isNotEqualTo(registry.obtain(key + "b"))
                .isNotEqualTo(another.obtain(key));
    }

    @Test
    void twoKeys_areTwoLocks() {
        String key = key();
        registry.obtain(key).lock();
        assertThat(another.obtain(key + "b").tryLock()).isTrue();
        another.obtain(key + "b").unlock();
        registry.obtain(key).unlock();
    }

    @Test
    void anotherThread_neitherGetsTheLock_norUnlocksIt() {
        String key = key();
        Lock lock = registry.obtain(key);
        lock.lock();

        assertThat(start(() -> registry.obtain(key).tryLock(200, TimeUnit.MILLISECONDS))
                        .get())
                .isFalse();
        Work<?> stranger = start(() -> {
            lock.unlock();
            return true;
        });
        assertThat(stranger.failure())
                .isInstanceOf(IllegalMonitorStateException.class)
                .hasMessageContaining("does not own it");
        assertThat(another.obtain(key).tryLock()).isFalse();
        lock.unlock();
        assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
    }

    @Test
    void aThreadThatWaits_getsTheLock_ofItsRegistryAndOfAnother() {
        for (LockRegistry<?> waits : List.of(registry, another)) {
            String key = key();
            Lock lock = registry.obtain(key);
            lock.lock();
            Work<Boolean> waiting = start(() -> {
                Lock theirs = waits.obtain(key);
                theirs.lockInterruptibly();
                theirs.unlock();
                return true;
            });
            waiting.awaitWaiting();
            lock.unlock();
            assertThat(waiting.get()).isTrue();
        }
    }

    @Test
    void twoRegistriesOfOneClient_contend_inOneThread() {
        String key = key();
        LockRegistry<?> second = registry(client);
        registry.obtain(key).lock();
        assertThat(second.obtain(key).tryLock()).isFalse();
        registry.obtain(key).unlock();
        assertThat(second.obtain(key).tryLock()).isTrue();
        second.obtain(key).unlock();
    }

    @Test
    void manyRegistries_takeTurns() {
        String key = key();
        int[] count = {0};
        List<Work<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < REGISTRIES; i++) {
            LockRegistry<?> mine = i % 2 == 0 ? registry(client) : registry(other);
            all.add(start(() -> {
                for (int round = 0; round < 3; round++) {
                    mine.executeLocked(key, () -> {
                        count[0]++;
                    });
                }
                return true;
            }));
        }
        all.forEach(Work::get);
        assertThat(count[0]).isEqualTo(3 * REGISTRIES);
    }

    @Test
    void executeLocked_runs_givesTheResult_andSaysWhenItWasTooLate() throws Exception {
        String key = key();
        assertThat(registry.<String, RuntimeException>executeLocked(key, () -> "done"))
                .isEqualTo("done");
        another.obtain(key).lock();
        assertThatThrownBy(() -> registry.executeLocked(key, Duration.ofMillis(100), () -> {}))
                .isInstanceOf(TimeoutException.class);
        another.obtain(key).unlock();
    }

    @Test
    void anInterrupt_endsTheWait_butThatOfLock() {
        String key = key();
        another.obtain(key).lock();
        Work<?> interruptible = start(() -> {
            registry.obtain(key).lockInterruptibly();
            return true;
        });
        Work<?> timed = start(() -> registry.obtain(key).tryLock(1, TimeUnit.HOURS));
        Work<Boolean> stubborn = start(() -> {
            registry.obtain(key).lock();
            registry.obtain(key).unlock();
            return Thread.currentThread().isInterrupted();
        });
        for (Work<?> job : List.of(interruptible, timed)) {
            job.awaitWaiting();
            job.interrupt();
            assertThat(job.failure()).isInstanceOf(InterruptedException.class);
        }
        stubborn.awaitWaiting();
        stubborn.interrupt();
        another.obtain(key).unlock();
        assertThat(stubborn.get()).as("interrupted").isTrue();
    }

    @Test
    void aKey_isAString() {
        assertThatThrownBy(() -> registry.obtain(7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Integer");
        assertThatThrownBy(() -> registry.obtain(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> registry.obtain(key()).newCondition())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void renewLock_isForTheThreadThatHolds() {
        String key = key();
        assertThatThrownBy(() -> registry.renewLock(key)).isInstanceOf(IllegalMonitorStateException.class);
        registry.obtain(key).lock();
        registry.renewLock(key);
        Work<?> stranger = start(() -> {
            registry.renewLock(key);
            return true;
        });
        assertThat(stranger.failure()).isInstanceOf(IllegalMonitorStateException.class);
        registry.obtain(key).unlock();
    }

    // A lock that is lost

    @Test
    void unlock_ofALockThatSomebodyTookAway_tells_andTheThreadMayLockAgain() {
        String key = key();
        Lock lock = registry.obtain(key);
        lock.lock();
        lock.lock();
        takeAway(key);

        lock.unlock();
        assertThatThrownBy(lock::unlock)
                .isInstanceOf(ConcurrentModificationException.class)
                .hasMessageContaining(key)
                .hasCauseInstanceOf(LeaseLostException.class);
        assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
        lock.lock();
        lock.unlock();
    }

    @Test
    void aLossThatIsKnown_endsLockingAgainAndRenewal_andExecuteLockedTells() {
        String key = key();
        assertThatThrownBy(() -> registry.executeLocked(key, () -> {
                    takeAway(key);
                    assertThatThrownBy(() -> registry.renewLock(key)).isInstanceOf(LeaseLostException.class);
                    assertThatThrownBy(() -> registry.obtain(key).tryLock()).isInstanceOf(LeaseLostException.class);
                    assertThatThrownBy(() -> registry.obtain(key).lock()).isInstanceOf(LeaseLostException.class);
                }))
                .isInstanceOf(ConcurrentModificationException.class);
        assertThat(client.held()).isEmpty();
    }

    /** As an operator does. */
    private void takeAway(String key) {
        FencingToken seen = other.inspect(key).map(LockInfo::token).orElseThrow();
        assertThat(other.lock(key).forceRelease(seen, "a test")).isPresent();
        try (Lease lease = other.lock(key).tryAcquire().orElseThrow()) {
            assertThat(lease.isValid()).isTrue();
        }
    }

    // Spring Integration 7

    @Test
    void aTimeToLive_isTheMostThatAHolderGets_unlessItIsRenewed() throws Exception {
        assumeTrue(SpringIntegration.isSeven());
        String key = key();
        Seven.lock(registry, key, Bench.BRIEF_LEASE);
        try (Lease next = other.lock(key).acquire(Duration.ofSeconds(30))) {
            assertThat(next.isValid()).isTrue();
        }
        assertThatThrownBy(() -> registry.obtain(key).unlock()).isInstanceOf(ConcurrentModificationException.class);

        assertThat(Seven.tryLock(registry, key, Bench.BRIEF_LEASE)).isTrue();
        registry.renewLock(key, Duration.ofMinutes(1));
        Bench.await("the time of the first").until(() -> other.inspect(key).isPresent());
        assertThat(other.lock(key).tryAcquire(Bench.BRIEF_LEASE.plus(Bench.ROOM)))
                .isEmpty();
        registry.obtain(key).unlock();

        Seven.lock(registry, key, Bench.BRIEF_LEASE);
        Seven.lock(registry, key, Duration.ofMinutes(1));
        assertThat(other.lock(key).tryAcquire(Bench.BRIEF_LEASE.plus(Bench.ROOM)))
                .isEmpty();
        registry.obtain(key).unlock();
        registry.obtain(key).unlock();
    }

    @Test
    void theRegistryOfSpringIntegration65_worksOn7() {
        assumeTrue(SpringIntegration.isSeven());
        String key = key();
        RenewableLockRegistry<?> plain = SpringIntegration.cast(new PawlLockRegistry(client));
        plain.obtain(key).lock();
        plain.renewLock(key, Duration.ofMinutes(1));
        assertThat(another.obtain(key).tryLock()).isFalse();
        plain.obtain(key).unlock();
    }
}
