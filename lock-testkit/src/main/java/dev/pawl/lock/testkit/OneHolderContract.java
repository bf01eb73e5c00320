package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.LockBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Promise 1: at any instant at most one lease per name says that it is valid. */
public interface OneHolderContract extends ContractCase {

    @Test
    @Proves(Part.BACKEND)
    default void aHundredThreadsOfOneClient_haveOneHolderAtATime() {
        contend(List.of(bench().client()), 100, 5);
    }

    @Test
    default void aHundredThreadsOfFourClients_haveOneHolderAtATime() {
        contend(Stream.generate(bench()::newClient).limit(4).toList(), 100, 3);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aHundredThreadsWithoutHandOff_haveOneHolderAtATime() {
        LockOptions strict =
                Bench.options().toBuilder().handOff(0, Duration.ZERO).build();
        contend(Stream.generate(() -> bench().newClient(strict)).limit(2).toList(), 100, 2);
    }

    private void contend(List<LockClient> clients, int threads, int rounds) {
        String name = bench().name();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Queue<Claim> claims = new ConcurrentLinkedQueue<>();
        List<Job<Void>> jobs = IntStream.range(0, threads)
                .mapToObj(i -> bench().start(() -> {
                    DistributedLock lock = clients.get(i % clients.size()).lock(name);
                    for (int round = 0; round < rounds; round++) {
                        long invoked = System.nanoTime();
                        try (Lease lease = lock.acquire()) {
                            long acquired = System.nanoTime();
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            lease.ensureValid();
                            inside.decrementAndGet();
                            claims.add(Claim.now(lease, invoked, acquired));
                        }
                    }
                    return (Void) null;
                }))
                .toList();
        jobs.forEach(Job::get);
        assertThat(most).as("holders at a time").hasValue(1);
        assertThat(claims).hasSize(threads * rounds);
        Claim.assertOneAtATime(claims);
        Claim.assertTokensOnlyGoUp(claims);
        bench().assertNothingLeft(name);
    }

    @Test
    default void severalJvms_haveOneHolderAtATime() {
        bench().takeTurn();
        String name = bench().name();
        List<ChildJvm> children = Stream.generate(() -> bench().child("contend", name, "30000", "20"))
                .limit(3)
                .toList();
        children.forEach(child -> child.awaitLine("done"));
        List<Claim> claims =
                children.stream().flatMap(child -> Claim.of(child).stream()).toList();
        assertThat(claims).hasSize(3 * 3 * 20);
        Claim.assertOneAtATime(claims);
        Claim.assertTokensOnlyGoUp(claims);
        bench().assertNothingLeft(name);
    }

    @Test
    default void aRenewedLease_excludesOthersLongPastItsLeaseTime() {
        String name = bench().name();
        DistributedLock other = bench().newClient().lock(name);
        try (Lease lease = Bench.hold(bench().client(), name, Bench.options(Bench.SHORT_LEASE))) {
            Bench.await("three lease times pass")
                    .during(Bench.SHORT_LEASE.multipliedBy(3))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        assertThat(other.tryAcquire()).isEmpty();
                        return lease.isValid();
                    });
            assertThat(lease.remaining()).isPositive();
        }
        bench().assertNothingLeft(name);
    }

    @Test
    default void anExpiredHolder_isInvalidBeforeItsSuccessorIsGranted() {
        LockClient first = bench().client();
        LockClient second = bench().newClient();
        LockOptions brief = Bench.unrenewed(Bench.BRIEF_LEASE);
        Queue<String> twoHolders = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<Void>> successions = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String name = bench().name();
            Lease expiring = Bench.hold(first, name, brief);
            successions.add(second.lock(name).acquireAsync().thenCompose(successor -> {
                if (expiring.isValid()) {
                    twoHolders.add(name);
                }
                return successor.releaseAsync();
            }));
        }
        successions.forEach(Bench::get);
        assertThat(twoHolders).isEmpty();
    }

    @Test
    default void anExpiredHolder_cannotReleaseItsSuccessor() {
        String name = bench().name();
        Lease expired = Bench.hold(bench().client(), name, Bench.unrenewed(Bench.BRIEF_LEASE));
        try (Lease successor = Bench.get(bench().newClient().lock(name).acquireAsync())) {
            assertThatThrownBy(expired::close).isInstanceOf(LeaseLostException.class);
            assertThat(bench().newClient().lock(name).tryAcquire()).isEmpty();
            assertThat(successor.isValid()).isTrue();
        }
        bench().assertNothingLeft(name);
    }

    /** Its engine knows of no loss, so its release does reach the service. */
    @Test
    default void aReleaseAfterATakeOver_leavesTheLockToItsNewHolder() {
        String name = bench().name();
        Lease lease = Bench.hold(bench().client(), name);
        bench().fixture().takeOver(lease);
        Throwable whatever = catchThrowable(lease::close);
        assertThat(bench().newClient().lock(name).tryAcquire())
                .as(
                        "a lease of %s, which its new holder has not released; the close of the old one ended with %s",
                        name, whatever)
                .isEmpty();
    }

    @Test
    default void aWaiterThatGivesUp_leavesTheLockToItsHolder() {
        String name = bench().name();
        LockClient waiting = bench().newClient();
        try (Lease holder = Bench.hold(bench().client(), name)) {
            assertThat(Bench.failure(waiting.lock(name).acquireAsync(Duration.ofMillis(50))))
                    .isInstanceOf(LockTimeoutException.class);
            CompletableFuture<Lease> cancelled = waiting.lock(name).acquireAsync();
            cancelled.cancel(true);
            waiting.close();
            assertThat(bench().newClient().lock(name).tryAcquire())
                    .as("a lease of %s, which its holder has not released", name)
                    .isEmpty();
            assertThat(holder.isValid()).isTrue();
        }
        bench().assertNothingLeft(name);
    }

    /**
     * The engine gives back what has expired, which hides a service that keeps it. So here nobody does: where the service goes by more than the
     * lease, its session or its connection ends.
     */
    @Test
    default void aHoldThatNobodyRenewsOrReleases_endsByItself() {
        String name = bench().name();
        Duration leaseTime = Bench.SHORT_LEASE;
        try (LockBackend silent = bench().fixture().newBackend()) {
            Attempt attempt =
                    Bench.get(silent.join(new TestContest(name, leaseTime)).attempt(false, 1, Runnable::run));
            assertThat(attempt).isInstanceOf(Attempt.Granted.class);
            if (silent.guarantees().crashRelease() != CrashRelease.LEASE) {
                silent.close();
            }
            Duration bound = leaseTime.plus(Bench.ROOM.multipliedBy(2));
            Bench.get(bench().client().lock(name).acquireAsync(bound)).close();
        }
        bench().assertNothingLeft(name);
    }

    @Test
    default void aReleasedLock_isFreeForAnotherClient() {
        String name = bench().name();
        LockClient other = bench().newClient();
        for (int i = 0; i < 20; i++) {
            Bench.hold(bench().client(), name).close();
            Bench.hold(other, name).close();
        }
        bench().assertNothingLeft(name);
    }

    @Test
    default void differentNames_areDifferentLocks() {
        try (Lease one = Bench.hold(bench().client(), bench().name());
                Lease two = Bench.hold(bench().client(), bench().name());
                Lease three = Bench.hold(bench().newClient(), bench().name())) {
            assertThat(List.of(one, two, three)).allMatch(Lease::isValid);
        }
    }
}
