package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedSemaphore;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.HeldLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockClientClosedException;
import dev.pawl.lock.LockKind;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockRequest;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.WaitOutcome;
import dev.pawl.lock.spi.LockBackend;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/**
 * Permits of a semaphore are a lease: renewed, lost, given back, freed by a crash; and a request for them leaves nothing behind. How many there
 * are, and who gets them, is in {@link SemaphoreContract}.
 */
public interface PermitContract extends ContractCase {

    /** Of a child whose permits are to be had soon after it was killed. */
    String CHILD_LEASE = Long.toString(Bench.CHILD_LEASE.toMillis());

    // Renewal and loss

    @Test
    default void permits_areRenewedLongPastTheirLeaseTime() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        DistributedSemaphore other = bench().newClient().semaphore(name, 2);
        try (Lease permits = Permits.hold(bench().client()
                        .semaphore(name, 2, Bench.options(Bench.SHORT_LEASE))
                        .permits(2));
                Lease lock = Bench.hold(bench().client(), name, Bench.options(Bench.SHORT_LEASE))) {
            Bench.await("three lease times pass")
                    .during(Bench.SHORT_LEASE.multipliedBy(3))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        Permits.assertNoneFree(other);
                        return permits.isValid() && lock.isValid();
                    });
            assertThat(permits.remaining()).isPositive();
        }
        Permits.assertNothingLeft(bench(), name, 2);
    }

    @Test
    @Proves(Part.BACKEND)
    default void oneLease_isRenewedForATimeOfItsHoldersChoice() {
        if (!Permits.are(bench()) || !bench().client().guarantees().supports(Capability.RENEW)) {
            return;
        }
        String name = bench().name();
        DistributedSemaphore other = bench().newClient().semaphore(name, 2);
        try (Lease permits = Permits.hold(bench().client()
                .semaphore(name, 2, Bench.unrenewed(Bench.SHORT_LEASE))
                .permits(2))) {
            permits.renew(Duration.ofSeconds(20));
            Bench.await("the first lease time passes")
                    .during(Bench.SHORT_LEASE.multipliedBy(2))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        Permits.assertNoneFree(other);
                        return permits.isValid();
                    });
        }
        Permits.assertNothingLeft(bench(), name, 2);
    }

    @Test
    default void permitsThatTheServiceHasLost_areToldToTheirHolder() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        LockOptions options = Bench.options(Bench.SHORT_LEASE);
        Lease lost = Permits.hold(bench().client().semaphore(name, 2, options).permits(2));
        Lease kept = Permits.hold(bench().client().semaphore(bench().name(), 2, options));
        CompletableFuture<LeaseLostEvent> told = new CompletableFuture<>();
        lost.onLost(told::complete);
        bench().fixture().losePermits(lost);
        assertThat(Bench.get(told).token()).isEqualTo(lost.token());
        assertThat(lost.isValid()).isFalse();
        assertThatThrownBy(lost::close)
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContaining("semaphore '" + name + "'");
        assertThat(kept.isValid()).isTrue();
        Permits.hold(bench().newClient().semaphore(name, 2).permits(2)).close();
        kept.close();
        Permits.assertNothingLeft(bench(), name, 2);
    }

    @Test
    @Proves(Part.BACKEND)
    default void permitsThatWereGoneAtTheirRelease_areALoss() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        Lease lost = Permits.hold(bench().client().semaphore(name, 2));
        bench().fixture().losePermits(lost);
        assertThatThrownBy(lost::close).isInstanceOf(LeaseLostException.class);
        Permits.assertNothingLeft(bench(), name, 2);
    }

    @Test
    default void expiredPermits_areInvalidBeforeTheirSuccessorIsGranted_andFreeNobodyElses() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        LockClient client = bench().client();
        DistributedSemaphore other = bench().newClient().semaphore(name, 2);
        Lease renewed = Permits.hold(client.semaphore(name, 2));
        for (int i = 0; i < 5; i++) {
            Lease expiring = Permits.hold(client.semaphore(name, 2, Permits.unrenewed()));
            boolean[] two = {false};
            Lease successor = Bench.get(other.acquireAsync().thenApply(lease -> {
                two[0] = expiring.isValid();
                return lease;
            }));
            assertThat(two[0]).as("valid when its successor was granted").isFalse();
            assertThatThrownBy(expiring::close).isInstanceOf(LeaseLostException.class);
            Permits.assertNoneFree(other);
            assertThat(successor.isValid()).isTrue();
            successor.close();
        }
        renewed.close();
        Permits.assertNothingLeft(bench(), name, 2);
    }

    /** The engine gives back what has expired, which hides a service that keeps it. So here nobody does. */
    @Test
    default void permitsThatNobodyRenewsOrReleases_areFreeAfterTheirLease() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        try (LockBackend silent = bench().fixture().newBackend()) {
            new Player(silent, TestContest.forPermits(name, Bench.SHORT_LEASE, 2, 3)).wins();
            if (silent.guarantees().crashRelease() != CrashRelease.LEASE) {
                silent.close();
            }
            Duration bound = Bench.SHORT_LEASE.plus(Bench.ROOM.multipliedBy(2));
            Bench.get(bench().client().semaphore(name, 3).permits(3).acquireAsync(bound))
                    .close();
        }
        Permits.assertNothingLeft(bench(), name, 3);
    }

    @Test
    default void tokensOfPermits_areEachLargerThanAllBefore() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        List<LockClient> clients = List.of(bench().client(), bench().newClient());
        FencingToken before = new FencingToken(name, 1);
        List<Lease> held = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 30; i++) {
            Lease lease = Permits.hold(clients.get(i % 2).semaphore(name, 4).permits(1 + i % 2));
            assertThat(lease.token()).isGreaterThan(before);
            before = lease.token();
            held.add(lease);
            if (held.size() == 2) {
                held.remove(i % 3 == 0 ? 1 : 0).close();
            }
        }
        held.forEach(Lease::close);
        if (bench().fixture().tokensOutliveDataLoss()) {
            bench().killService();
            bench().startService(false);
            Lease after = Bench.get(bench().newClient().semaphore(name, 4).acquireAsync());
            assertThat(after.token()).isGreaterThan(before);
            after.close();
        }
        Permits.assertNothingLeft(bench(), name, 4);
    }

    // Crashes

    @Test
    default void aKilledProcess_givesItsPermitsBack() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        LockClient next = bench().client();
        Permits.hold(next.semaphore(bench().name(), 3)).close();
        ChildJvm holder = bench().child("hold-permits", name, CHILD_LEASE, "2", "3");
        holder.awaitLine("held");
        ChildJvm waiter = bench().child("wait-permits", name, CHILD_LEASE, "3", "3");
        waiter.awaitLine("waiting");
        waiter.kill();
        holder.kill();
        Duration elapsed = Bench.timed(() -> next.semaphore(name, 3)
                .permits(3)
                .acquire(Duration.ofSeconds(30))
                .close());
        assertThat(elapsed).isLessThan(Bench.CHILD_LEASE.plus(Bench.ROOM.multipliedBy(2)));
        Permits.assertNothingLeft(bench(), name, 3);
    }

    /** There may never be room for the dead one while its neighbours come and go. */
    @Test
    default void aKilledWaiterForMany_doesNotKeepOthersOut() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        Lease held = Permits.hold(bench().client().semaphore(name, 3));
        ChildJvm waiter = bench().child("wait-permits", name, CHILD_LEASE, "3", "3");
        waiter.awaitLine("waiting");
        Bench.await("the child waits at the service")
                .until(() -> bench().newClient()
                        .semaphore(name, 3)
                        .tryAcquire()
                        .map(lease -> {
                            lease.close();
                            return false;
                        })
                        .orElse(true));
        waiter.kill();
        Duration elapsed = Bench.timed(() -> bench().client()
                .semaphore(name, 3)
                .permits(2)
                .acquire(Duration.ofSeconds(30))
                .close());
        assertThat(elapsed).isLessThan(Duration.ofSeconds(15));
        held.close();
        Permits.assertNothingLeft(bench(), name, 3);
    }

    // Nothing is left behind

    @Test
    @Proves(Part.BACKEND)
    default void aTimedOutRequestForPermits_leavesNothingBehind() throws InterruptedException {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        DistributedSemaphore waited = bench().newClient().semaphore(name, 2);
        try (Lease holder = Permits.hold(bench().client().semaphore(name, 2))) {
            for (int i = 0; i < 20; i++) {
                assertThat(waited.permits(2).tryAcquire()).isEmpty();
            }
            Duration brief = Duration.ofMillis(100);
            assertThat(waited.permits(2).tryAcquire(brief)).isEmpty();
            assertThatThrownBy(() -> waited.permits(2).acquire(brief))
                    .isInstanceOf(LockTimeoutException.class)
                    .hasMessageContaining("semaphore '" + name + "'");
            assertThat(Bench.failure(waited.permits(2).acquireAsync(brief))).isInstanceOf(LockTimeoutException.class);
            assertThat(Bench.get(waited.permits(2).tryAcquireAsync())).isEmpty();
            assertThat(holder.isValid()).isTrue();
            Permits.hold(waited).close();
        }
        Permits.assertNothingLeft(bench(), name, 2);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aRequestForPermitsThatIsInterruptedOrCancelled_leavesNothingBehind() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        DistributedSemaphore waited = bench().newClient().semaphore(name, 2);
        Lease holder = Permits.hold(bench().client().semaphore(name, 2).permits(2));
        for (int i = 0; i < 10; i++) {
            Job<Lease> blocked =
                    bench().start(waited.permits(1 + i % 2)::acquire).awaitWaiting();
            CompletableFuture<Lease> future = waited.acquireAsync();
            blocked.interrupt();
            future.cancel(true);
            assertThat(blocked.failure()).isInstanceOf(InterruptedException.class);
        }
        holder.close();
        Permits.assertNothingLeft(bench(), name, 2);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aTimeoutRacingAReleaseOfPermits_leavesALeaseOrNothing() {
        if (!Permits.are(bench())) {
            return;
        }
        Random random = new Random(5);
        String name = bench().name();
        List<DistributedSemaphore> clients =
                List.of(bench().client().semaphore(name, 2), bench().newClient().semaphore(name, 2));
        for (int i = 0; i < 100; i++) {
            DistributedSemaphore waited = clients.get(i % 2);
            Lease holder = Bench.get(clients.get(0).permits(2).acquireAsync());
            Job<Optional<Lease>> waiter = bench().start(() -> waited.tryAcquire(Duration.ofMillis(3)));
            Races.spin(random, Duration.ofMillis(5));
            holder.close();
            waiter.get().ifPresent(Lease::close);
        }
        Permits.assertNothingLeft(bench(), name, 2);
    }

    @Test
    default void aRequestForPermitsThatFailed_leavesNothingBehindOnceTheServiceIsBack() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        LockClient client = bench().client();
        Permits.hold(client.semaphore(name, 2)).close();
        bench().pauseService();
        CompletableFuture<Lease> request = client.semaphore(name, 2).acquireAsync();
        CompletableFuture<Lease> bounded = client.semaphore(name, 2).permits(2).acquireAsync(Duration.ofMillis(100));
        assertThatThrownBy(() -> client.semaphore(name, 2).tryAcquire())
                .isInstanceOf(LockBackendException.class)
                .hasMessageContaining("semaphore '" + name + "'");
        assertThat(Bench.failure(request)).isInstanceOf(LockBackendException.class);
        assertThat(Bench.failure(bounded)).isInstanceOf(LockBackendException.class);
        bench().resumeService();
        Permits.assertNothingLeft(bench(), name, 2, bench().ioBound().multipliedBy(2));
    }

    @Test
    default void aServiceThatCameBackWithoutItsData_givesPermitsAnew() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        LockClient client = bench().client();
        Lease before = Permits.hold(client.semaphore(name, 1, Bench.options(Bench.SHORT_LEASE)));
        bench().killService();
        bench().startService(false);
        Bench.await("the loss is known").until(() -> !before.isValid());
        assertThatThrownBy(before::close).isInstanceOf(LeaseLostException.class);
        Bench.await("a permit, by the same client").until(() -> {
            try (Lease lease = client.semaphore(name, 1).acquire(Duration.ofSeconds(10))) {
                return lease.isValid();
            } catch (LockBackendException e) {
                return false;
            }
        });
        Permits.assertNothingLeft(bench(), name, 1, bench().ioBound().multipliedBy(2));
    }

    @Test
    @Proves(Part.BACKEND)
    default void aClosedClient_givesItsPermitsBack_andItsRequestsFail() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        LockClient closing = bench().newClient();
        Lease held = Permits.hold(closing.semaphore(name, 3));
        Lease others = Permits.hold(bench().client().semaphore(name, 3));
        Job<Lease> waiter = Permits.await(bench(), closing.semaphore(name, 3).permits(2));
        closing.close();
        assertThat(waiter.failure()).isInstanceOf(LockClientClosedException.class);
        assertThat(held.isValid()).isFalse();
        assertThatThrownBy(() -> closing.semaphore(name, 3).acquire()).isInstanceOf(LockClientClosedException.class);
        Permits.hold(bench().client().semaphore(name, 3).permits(2)).close();
        others.close();
        Permits.assertNothingLeft(bench(), name, 3);
    }

    // Of the engine

    @Test
    @Proves(Part.ENGINE)
    default void bodies_runWithPermits() throws Exception {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        DistributedSemaphore semaphore = bench().client().semaphore(name, 2);
        DistributedSemaphore other = bench().newClient().semaphore(name, 2);
        String result = semaphore.permits(2).call(lease -> {
            assertThat(other.tryRun(mine -> {})).isFalse();
            return lease.name();
        });
        assertThat(result).isEqualTo(name);
        assertThat(other.permits(2).tryRun(Duration.ofSeconds(10), lease -> lease.ensureValid()))
                .isTrue();
        Permits.assertNothingLeft(bench(), name, 2);
    }

    @Test
    @Proves(Part.ENGINE)
    default void listenersAndHeld_tellOfWhatKindItIs() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        LockClient client = bench().client();
        Map<Long, String> told = new ConcurrentHashMap<>();
        client.addListener(new LockListener() {
            private void add(LockRequest request, String word) {
                if (request.name().equals(name)) {
                    told.merge(request.id(), request.kind() + " " + word, (one, other) -> one + " " + word);
                }
            }

            @Override
            public void onWaiting(LockRequest request) {
                add(request, "waiting");
            }

            @Override
            public void onAcquired(LockRequest request, FencingToken token, Duration waited) {
                add(request, "acquired");
            }

            @Override
            public void onNotAcquired(LockRequest request, WaitOutcome outcome, Duration waited) {
                add(request, outcome.name());
            }
        });
        Lease lock = Bench.hold(client, name);
        Lease permit = Permits.hold(client.semaphore(name, 1));
        Permits.assertNoneFree(client.semaphore(name, 1));
        CompletableFuture<Lease> waiting = client.semaphore(name, 1).acquireAsync();
        assertThat(client.held())
                .extracting(HeldLock::name, HeldLock::kind, HeldLock::waiting)
                .containsExactlyInAnyOrder(tuple(name, LockKind.LOCK, 0), tuple(name, LockKind.SEMAPHORE, 1));
        permit.close();
        Bench.get(waiting).close();
        lock.close();
        Bench.await("all is told")
                .untilAsserted(() -> assertThat(told.values())
                        .containsExactlyInAnyOrder(
                                "LOCK acquired", "SEMAPHORE acquired", "SEMAPHORE BUSY", "SEMAPHORE waiting acquired"));
        assertThat(client.held()).extracting(HeldLock::name).doesNotContain(name);
    }
}
