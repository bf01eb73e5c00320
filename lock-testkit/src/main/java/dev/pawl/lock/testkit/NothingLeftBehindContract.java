package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Promise 4: an attempt that did not succeed leaves no lock, no queue entry, no watch. Interrupts and cancellation have groups
 * of their own: {@link InterruptContract}, {@link CancellationContract}.
 */
public interface NothingLeftBehindContract extends ContractCase {

    @Test
    default void aReleasedLock_leavesNothingBehind() {
        String name = bench().name();
        Bench.hold(bench().client(), name).close();
        assertThat(bench().fixture().leftBehind(name)).isEmpty();
        Bench.get(Bench.hold(bench().client(), name).releaseAsync());
        assertThat(bench().fixture().leftBehind(name)).isEmpty();
    }

    @Test
    @Proves(Part.BACKEND)
    default void anAttemptThatFoundTheLockBusy_leavesNothingBehind() {
        String name = bench().name();
        LockClient other = bench().newClient();
        try (Lease holder = Bench.hold(bench().client(), name)) {
            for (int i = 0; i < 20; i++) {
                assertThat(other.lock(name).tryAcquire()).isEmpty();
            }
        }
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aTimedOutWaiter_leavesNothingBehind() throws InterruptedException {
        String name = bench().name();
        DistributedLock waited = bench().newClient().lock(name);
        try (Lease holder = Bench.hold(bench().client(), name)) {
            assertThat(waited.tryAcquire(Duration.ofMillis(100))).isEmpty();
            assertThatThrownBy(() -> waited.acquire(Duration.ofMillis(100))).isInstanceOf(LockTimeoutException.class);
            assertThat(Bench.failure(waited.acquireAsync(Duration.ofMillis(100))))
                    .isInstanceOf(LockTimeoutException.class);
        }
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aTimeoutRacingARelease_leavesALeaseOrNothing() throws InterruptedException {
        Random random = new Random(3);
        String name = bench().name();
        DistributedLock held = bench().client().lock(name);
        List<DistributedLock> others = List.of(held, bench().newClient().lock(name));
        for (int i = 0; i < 150; i++) {
            Lease holder = Bench.get(held.acquireAsync());
            Job<Optional<Lease>> waiter = waitFor(others.get(i % 2), Duration.ofMillis(3));
            Races.spin(random, Duration.ofMillis(5));
            holder.close();
            waiter.get().ifPresent(Lease::close);
        }
        bench().assertNothingLeft(name);
    }

    private Job<Optional<Lease>> waitFor(DistributedLock lock, Duration timeout) {
        return bench().start(() -> lock.tryAcquire(timeout));
    }

    @Test
    default void anAttemptThatFailed_leavesNothingBehindOnceTheServiceIsBack() {
        List<String> names = List.of(bench().name(), bench().name(), bench().name());
        LockClient client = bench().client();
        Bench.hold(client, bench().name()).close();
        bench().pauseService();
        CompletableFuture<Lease> request = client.lock(names.get(0)).acquireAsync();
        CompletableFuture<Lease> bounded = client.lock(names.get(1)).acquireAsync(Duration.ofMillis(100));
        assertThatThrownBy(() -> client.lock(names.get(2)).tryAcquire()).isInstanceOf(LockBackendException.class);
        assertThat(Bench.failure(request)).isInstanceOf(LockBackendException.class);
        assertThat(Bench.failure(bounded)).isInstanceOf(LockBackendException.class);
        bench().resumeService();
        names.forEach(name -> bench().assertNothingLeft(name, bench().ioBound().multipliedBy(2)));
    }

    @Test
    @Proves(Part.BACKEND)
    default void aKilledProcess_leavesNothingPastItsLease() {
        String name = bench().name();
        Duration leaseTime = Bench.CHILD_LEASE;
        LockClient next = bench().client();
        Bench.hold(next, bench().name()).close();
        ChildJvm holder = bench().child("hold", name, Long.toString(leaseTime.toMillis()));
        holder.awaitLine("held");
        ChildJvm waiter = bench().child("wait", name, Long.toString(leaseTime.toMillis()));
        waiter.awaitLine("waiting");
        waiter.kill();
        holder.kill();
        assertThat(holder.endedByItself()).isEmpty();
        assertThat(waiter.endedByItself()).isEmpty();
        Duration elapsed = Bench.timed(
                () -> next.lock(name).acquire(Duration.ofSeconds(30)).close());
        assertThat(elapsed).isLessThan(leaseTime.multipliedBy(3).dividedBy(2));
        bench().assertNothingLeft(name);
    }

    @Test
    default void clientsThatCameAndWent_leaveNoThreadAndNoConnection() {
        useAndClose(2);
        int threads = Thread.getAllStackTraces().size();
        int connections = bench().fixture().connections().orElse(0);
        useAndClose(10);
        Bench.await("the threads of closed clients end")
                .until(() -> Thread.getAllStackTraces().size() <= threads + 1);
        // The bench's own client and its operator's come back after the faults of an earlier case: they may have been
        // away.
        Bench.await("the connections of closed clients end, of which there were " + connections + " before")
                .untilAsserted(() ->
                        assertThat(bench().fixture().connections().orElse(0)).isLessThanOrEqualTo(connections + 2));
    }

    private void useAndClose(int count) {
        List<LockClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            LockClient client = bench().newClient();
            clients.add(client);
            Bench.hold(client, bench().name()).close();
        }
        clients.forEach(LockClient::close);
    }
}
