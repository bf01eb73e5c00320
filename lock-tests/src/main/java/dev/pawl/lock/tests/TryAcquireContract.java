package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import org.junit.jupiter.api.Test;

/** The row "{@code tryAcquire()}": exactly one attempt, empty when another holder has the lock, no extra waiting. */
public interface TryAcquireContract extends ContractCase {

    @Test
    default void tryAcquireOfAFreeLock_isGranted() {
        try (Lease lease = Bench.hold(bench().client(), bench().name())) {
            assertThat(lease.isValid()).isTrue();
            assertThat(lease.remaining()).isPositive().isLessThanOrEqualTo(Bench.LONG_LEASE);
            lease.ensureValid();
        }
    }

    @Test
    default void tryAcquireOfALockHeldByAnotherClient_isEmptyAtOnce() {
        String name = bench().name();
        LockClient other = bench().newClient();
        Bench.hold(other, bench().name()).close();
        try (Lease holder = Bench.hold(bench().client(), name)) {
            assertThat(Bench.timed(
                            () -> assertThat(other.lock(name).tryAcquire()).isEmpty()))
                    .isLessThan(Bench.ROOM);
        }
        Bench.hold(other, name).close();
    }

    @Test
    default void tryAcquireOfALockHeldByThisClient_isEmptyWithoutAskingTheService() {
        String name = bench().name();
        Lease holder = Bench.hold(bench().client(), name);
        bench().pauseService();
        assertThat(Bench.timed(() ->
                        assertThat(bench().client().lock(name).tryAcquire()).isEmpty()))
                .isLessThan(Bench.ROOM);
        bench().resumeService();
        holder.close();
    }

    @Test
    default void tryAcquireOfALockThatThisClientQueuesFor_isEmpty() {
        String name = bench().name();
        LockClient waiting = bench().newClient();
        Lease holder = Bench.hold(bench().client(), name);
        Job<Lease> waiter = bench().start(waiting.lock(name)::acquire).awaitWaiting();
        assertThat(waiting.lock(name).tryAcquire()).isEmpty();
        holder.close();
        waiter.get().close();
    }

    @Test
    default void tryAcquireThatWasEmpty_isGrantedAfterTheRelease() {
        String name = bench().name();
        Lease holder = Bench.hold(bench().client(), name);
        assertThat(bench().client().lock(name).tryAcquire()).isEmpty();
        holder.close();
        Bench.hold(bench().client(), name).close();
    }

    @Test
    default void anExpiredHolder_doesNotMakeItsOwnClientBusy() {
        String name = bench().name();
        Lease expiring = Bench.hold(bench().client(), name, Bench.unrenewed(Bench.BRIEF_LEASE));
        Bench.await("the lease ends").until(() -> !expiring.isValid());
        Bench.await("the lock is free")
                .atMost(Bench.ROOM)
                .until(() -> Races.isFree(bench().client().lock(name)));
    }
}
