package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.MultiLock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
    @Proves(Part.ENGINE)
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
    default void tryAcquireAsync_isEmptyForABusyLock_andNoFailure() {
        String name = bench().name();
        DistributedLock sameClient = bench().client().lock(name);
        DistributedLock otherClient = bench().newClient().lock(name);
        Duration time = Duration.ofMillis(50);
        Bench.get(sameClient.tryAcquireAsync()).orElseThrow().close();
        try (Lease holder = Bench.get(otherClient.tryAcquireAsync(time)).orElseThrow()) {
            for (DistributedLock busy : List.of(sameClient, otherClient)) {
                assertThat(Bench.get(busy.tryAcquireAsync())).isEmpty();
                assertThat(Bench.get(busy.tryAcquireAsync(time))).isEmpty();
            }
            holder.ensureValid();
        }
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.ENGINE)
    default void tryAcquireAsyncOfSeveralNames_isEmptyIfOneIsBusy() {
        List<String> names = List.of(bench().name(), bench().name());
        MultiLock both = bench().client().lockAll(names);
        try (Lease holder = Bench.hold(bench().newClient(), names.get(1))) {
            assertThat(Bench.get(both.tryAcquireAsync())).isEmpty();
            assertThat(Bench.get(both.tryAcquireAsync(Duration.ofMillis(50)))).isEmpty();
            holder.ensureValid();
        }
        Bench.get(both.tryAcquireAsync(Duration.ofSeconds(30))).orElseThrow().close();
        names.forEach(bench()::assertNothingLeft);
    }

    @Test
    @Proves(Part.ENGINE)
    default void aCancelledTryAcquireAsync_leavesNothingBehind() {
        String name = bench().name();
        try (Lease holder = Bench.hold(bench().newClient(), name)) {
            CompletableFuture<Optional<Lease>> waiting =
                    bench().client().lock(name).tryAcquireAsync(Duration.ofMinutes(1));
            waiting.cancel(false);
            holder.ensureValid();
        }
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.ENGINE)
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
    @Proves(Part.BACKEND)
    default void tryAcquireThatWasEmpty_isGrantedAfterTheRelease() {
        String name = bench().name();
        Lease holder = Bench.hold(bench().client(), name);
        assertThat(bench().client().lock(name).tryAcquire()).isEmpty();
        holder.close();
        Bench.hold(bench().client(), name).close();
    }

    @Test
    @Proves(Part.ENGINE)
    default void anExpiredHolder_doesNotMakeItsOwnClientBusy() {
        String name = bench().name();
        Lease expiring = Bench.hold(bench().client(), name, Bench.unrenewed(Bench.BRIEF_LEASE));
        Bench.await("the lease ends").until(() -> !expiring.isValid());
        Bench.await("the lock is free")
                .atMost(Bench.ROOM)
                .until(() -> Races.isFree(bench().client().lock(name)));
    }
}
