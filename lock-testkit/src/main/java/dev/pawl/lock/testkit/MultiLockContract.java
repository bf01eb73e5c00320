package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.MultiLease;
import dev.pawl.lock.MultiLock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@code lockAll}: all or none, in canonical order, within one deadline. */
public interface MultiLockContract extends ContractCase {

    private List<String> threeNames() {
        String name = bench().name();
        return List.of(name + "-c", name + "-a", name + "-b");
    }

    private void assertAllFree(List<String> names) {
        names.forEach(bench()::assertNothingLeft);
    }

    @Test
    default void allNames_areHeldInCanonicalOrderWithATokenEach() {
        List<String> names = threeNames();
        List<String> canonical = names.stream().sorted().toList();
        MultiLock lock = bench().client().lockAll(names);
        assertThat(lock.names()).containsExactlyElementsOf(canonical);
        try (MultiLease lease = lock.tryAcquire().orElseThrow()) {
            assertThat(lease.tokens()).containsOnlyKeys(names);
            assertThat(lease.tokens().keySet()).containsExactlyElementsOf(canonical);
            assertThat(lease.tokens())
                    .allSatisfy((name, token) -> assertThat(token.lock()).isEqualTo(name));
            assertThat(lease.isValid()).isTrue();
            assertThat(lease.remaining()).isPositive();
            lease.ensureValid();
            assertThatThrownBy(() -> lease.tokens().clear()).isInstanceOf(UnsupportedOperationException.class);
            LockClient other = bench().newClient();
            assertThat(names)
                    .allSatisfy(
                            name -> assertThat(other.lock(name).tryAcquire()).isEmpty());
        }
        assertAllFree(names);
    }

    @Test
    @Proves(Part.ENGINE)
    default void aNameThatIsGivenTwice_countsOnce() throws InterruptedException {
        String name = bench().name();
        try (MultiLease lease =
                bench().client().lockAll(List.of(name, name, name)).acquire(Duration.ofSeconds(5))) {
            assertThat(lease.tokens()).hasSize(1);
        }
        bench().assertNothingLeft(name);
    }

    @Test
    default void ifOneIsHeldByAnother_noneIsTaken() throws InterruptedException {
        List<String> names = threeNames();
        MultiLock lock = bench().client().lockAll(names);
        for (String held : names) {
            try (Lease holder = Bench.hold(bench().newClient(), held)) {
                assertThat(lock.tryAcquire()).isEmpty();
                assertThat(lock.tryAcquire(Duration.ofMillis(50))).isEmpty();
                assertThatThrownBy(() -> lock.acquire(Duration.ofMillis(50))).isInstanceOf(LockTimeoutException.class);
                assertThat(Bench.failure(lock.acquireAsync(Duration.ofMillis(50))))
                        .isInstanceOf(LockTimeoutException.class);
                names.stream().filter(name -> !name.equals(held)).forEach(bench()::assertNothingLeft);
            }
        }
        assertAllFree(names);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aWaiterHoldsNothing_thatComesAfterTheNameItWaitsFor() {
        List<String> names = threeNames();
        List<String> canonical = names.stream().sorted().toList();
        Lease holder = Bench.hold(bench().newClient(), canonical.get(1));
        Job<MultiLease> waiter = bench().start(bench().client().lockAll(names)::acquire);
        LockClient other = bench().newClient();
        Bench.await("the waiter has the first name").until(() -> !Races.isFree(other.lock(canonical.get(0))));
        Bench.hold(other, canonical.get(2)).close();
        holder.close();
        waiter.get().close();
        assertAllFree(names);
    }

    @Test
    @Proves(Part.BACKEND)
    default void oneDeadline_boundsTheWholeWait() {
        List<String> names = threeNames();
        List<String> canonical = names.stream().sorted().toList();
        Duration timeout = Duration.ofSeconds(2);
        LockClient other = bench().newClient();
        Lease first = Bench.hold(other, canonical.get(0));
        Lease second = Bench.hold(other, canonical.get(1));
        CompletableFuture<Void> release = CompletableFuture.runAsync(
                first::close, CompletableFuture.delayedExecutor(1_800, TimeUnit.MILLISECONDS));
        Duration elapsed = Bench.timed(
                () -> assertThatThrownBy(() -> bench().client().lockAll(names).acquire(timeout))
                        .isInstanceOf(LockTimeoutException.class));
        // A deadline for each name would end 1.8 s later.
        assertThat(elapsed).isBetween(timeout, timeout.plusMillis(1_700));
        Bench.get(release);
        second.close();
        assertAllFree(names);
    }

    @Test
    default void oppositeOrders_doNotDeadlock() {
        String a = bench().name();
        String b = bench().name();
        List<List<String>> orders = List.of(List.of(a, b), List.of(b, a));
        List<Job<Boolean>> jobs = List.of(0, 1, 2, 3).stream()
                .map(i -> {
                    LockClient client = i < 2 ? bench().client() : bench().newClient();
                    return bench().start(() -> {
                        for (int round = 0; round < 25; round++) {
                            client.lockAll(orders.get(i % 2)).acquire().close();
                        }
                        return true;
                    });
                })
                .toList();
        jobs.forEach(Job::get);
        assertAllFree(List.of(a, b));
    }

    @Test
    @Proves(Part.BACKEND)
    default void anInterruptedWaiterOfSeveral_leavesNothingBehind() {
        List<String> names = threeNames();
        List<String> canonical = names.stream().sorted().toList();
        Lease holder = Bench.hold(bench().newClient(), canonical.get(2));
        Job<MultiLease> waiter = bench().start(bench().client().lockAll(names)::acquire);
        LockClient other = bench().newClient();
        Bench.await("the waiter has the second name").until(() -> !Races.isFree(other.lock(canonical.get(1))));
        waiter.interrupt();
        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
        assertAllFree(canonical.subList(0, 2));
        holder.close();
        assertAllFree(names);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aCancelledWaiterOfSeveral_leavesNothingBehind() {
        List<String> names = threeNames();
        for (int i = 0; i < 50; i++) {
            CompletableFuture<MultiLease> request =
                    bench().client().lockAll(names).acquireAsync();
            Races.spin(new java.util.Random(i), Duration.ofMillis(2));
            if (!request.cancel(true)) {
                Bench.get(request).close();
            }
        }
        assertAllFree(names);
    }

    @Test
    default void ifOneIsLost_allAreInvalidAndTheOthersAreReleased() {
        List<String> names = threeNames();
        LockClient client = bench().newClient(Bench.options(Bench.SHORT_LEASE));
        BlockingQueue<LeaseLostEvent> events = new LinkedBlockingQueue<>();
        MultiLease lease = client.lockAll(names).tryAcquire().orElseThrow();
        lease.onLost(events::add);
        FencingToken token = lease.tokens().get(names.get(0));
        assertThat(token).isNotNull();
        bench().fixture().loseLease(new HeldLease(token));
        Bench.await("loss").atMost(Bench.SHORT_LEASE.plus(Bench.ROOM)).until(() -> !lease.isValid());
        Bench.await("the news").atMost(Bench.ROOM).until(() -> !events.isEmpty());
        assertThat(lease.remaining()).isZero();
        assertThatThrownBy(lease::ensureValid).isInstanceOf(LeaseLostException.class);
        assertThatThrownBy(lease::close).isInstanceOf(LeaseLostException.class);
        assertThat(events).hasSize(1).allMatch(event -> event.token().equals(token));
        assertAllFree(names);
        lease.close();
    }

    @Test
    @Proves(Part.BACKEND)
    default void aMultiLockOfOneName_excludesThePlainLock() {
        String name = bench().name();
        try (MultiLease lease =
                bench().client().lockAll(List.of(name)).tryAcquire().orElseThrow()) {
            assertThat(bench().client().lock(name).tryAcquire()).isEmpty();
        }
        Optional<Lease> lease = bench().client().lock(name).tryAcquire();
        assertThat(lease).isPresent();
        assertThat(bench().client().lockAll(List.of(name)).tryAcquire()).isEmpty();
        lease.get().close();
    }
}
