package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.MultiLease;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/**
 * Who owns a hold and how it ends: the rows "second {@code acquire()} in the same thread", "{@code close()} twice, or from
 * another thread", and "{@code close()} while the backend is unreachable".
 */
public interface CloseContract extends ContractCase {

    @Test
    @Proves(Part.ENGINE)
    default void aSecondAcquireInTheSameThread_waitsLikeAnyOther() throws InterruptedException {
        String name = bench().name();
        try (Lease lease = bench().client().lock(name).acquire()) {
            DistributedLock again = bench().client().lock(name);
            assertThatThrownBy(() -> again.acquire(Duration.ofMillis(100))).isInstanceOf(LockTimeoutException.class);
            assertThat(again.tryAcquire()).isEmpty();
            assertThat(lease.isValid()).isTrue();
        }
    }

    @Test
    @Proves(Part.ENGINE)
    default void aSecondClose_doesNothing() {
        String name = bench().name();
        Listeners.Recorder events = new Listeners.Recorder(name);
        bench().client().addListener(events);
        Lease first = Bench.hold(bench().client(), name);
        first.close();
        try (Lease second = Bench.hold(bench().client(), name)) {
            first.close();
            Bench.get(first.releaseAsync());
            assertThat(second.isValid()).isTrue();
            assertThat(bench().newClient().lock(name).tryAcquire()).isEmpty();
        }
        assertThat(events.lines())
                .filteredOn(line -> line.startsWith("released "))
                .hasSize(2);
    }

    @Test
    @Proves(Part.ENGINE)
    default void closeFromManyThreads_releasesOnce() {
        String name = bench().name();
        Listeners.Recorder events = new Listeners.Recorder(name);
        bench().client().addListener(events);
        Lease lease = Bench.hold(bench().client(), name);
        List<Job<Boolean>> closers = Stream.generate(() -> bench().start(() -> {
                    lease.close();
                    return lease.isValid();
                }))
                .limit(20)
                .toList();
        assertThat(closers).allMatch(closer -> !closer.get());
        assertThat(events.lines())
                .filteredOn(line -> line.startsWith("released "))
                .hasSize(1);
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.ENGINE)
    default void closeFromAnotherThread_releases() {
        String name = bench().name();
        Lease lease = bench().start(bench().client().lock(name)::acquire).get();
        lease.close();
        assertThat(lease.isValid()).isFalse();
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.BACKEND)
    default void close_goesOnThroughAnInterruptAndKeepsIt() {
        String name = bench().name();
        Lease lease = Bench.hold(bench().client(), name);
        Thread.currentThread().interrupt();
        lease.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(bench().fixture().leftBehind(name)).isEmpty();
    }

    @Test
    @Proves(Part.BACKEND)
    default void closeRacingClose_neverReleasesTheNextHolder() {
        String name = bench().name();
        DistributedLock lock = bench().client().lock(name);
        for (int i = 0; i < 100; i++) {
            Lease lease = Bench.get(lock.acquireAsync());
            CompletableFuture<Lease> next = lock.acquireAsync();
            Job<Boolean> closer = bench().start(() -> {
                lease.close();
                return true;
            });
            lease.close();
            closer.get();
            try (Lease successor = Bench.get(next)) {
                assertThat(successor.isValid()).isTrue();
                assertThat(lock.tryAcquire()).isEmpty();
            }
        }
        bench().assertNothingLeft(name);
    }

    @Test
    default void closeAtAPausedService_returnsInTimeAndIsDoneInTheBackground() {
        assertReleasedInTheBackground(bench()::pauseService, bench()::resumeService);
    }

    @Test
    default void closeAtADeadService_returnsInTimeAndIsDoneInTheBackground() {
        assertReleasedInTheBackground(bench()::killService, () -> bench().startService(true));
    }

    private void assertReleasedInTheBackground(Runnable harm, Runnable repair) {
        String name = bench().name();
        LockClient client = bench().client();
        Queue<String> undoFailed = new ConcurrentLinkedQueue<>();
        client.addListener(Listeners.onUndoFailed(undoFailed::add));
        Lease lease = Bench.hold(client, name);
        harm.run();
        assertThat(Bench.timed(lease::close)).isLessThan(bench().ioBound());
        assertThat(lease.isValid()).isFalse();
        Bench.await("the listener is told").atMost(bench().ioBound()).until(() -> undoFailed.contains(name));
        repair.run();
        Duration farBelowTheLease = Bench.LONG_LEASE.dividedBy(2);
        Bench.get(bench().newClient().lock(name).acquireAsync(farBelowTheLease)).close();
        bench().assertNothingLeft(name);
    }

    // A hold that is gone, and nobody had noticed

    private Lease goneBehindItsHoldersBack(List<LeaseLostEvent> told) {
        Lease lease = Bench.hold(bench().client(), bench().name());
        lease.onLost(told::add);
        bench().fixture().loseLease(lease);
        return lease;
    }

    private static void assertLost(Lease lease, Throwable failure, List<LeaseLostEvent> told) {
        assertThat(failure)
                .asInstanceOf(InstanceOfAssertFactories.throwable(LeaseLostException.class))
                .satisfies(lost -> {
                    assertThat(lost.token()).isEqualTo(lease.token());
                    assertThat(lost.reason()).isIn(LossReason.EXPIRED, LossReason.SESSION_LOST);
                });
        Bench.await("the news").until(() -> told.size() == 1);
        assertThat(lease.isValid()).isFalse();
    }

    @Test
    @Proves(Part.BACKEND)
    default void closeOfALeaseThatTheServiceDoesNotHave_tellsTheLoss() {
        List<LeaseLostEvent> told = new CopyOnWriteArrayList<>();
        Lease lease = goneBehindItsHoldersBack(told);
        assertLost(lease, catchThrowable(lease::close), told);
        lease.close();
        bench().assertNothingLeft(lease.name());
    }

    @Test
    @Proves(Part.BACKEND)
    default void asynchronousReleaseOfALeaseThatTheServiceDoesNotHave_failsWithTheLoss() {
        List<LeaseLostEvent> told = new CopyOnWriteArrayList<>();
        Lease lease = goneBehindItsHoldersBack(told);
        assertLost(lease, Bench.failure(lease.releaseAsync()), told);
        bench().assertNothingLeft(lease.name());
    }

    @Test
    @Proves(Part.BACKEND)
    default void unlockOfALockThatTheServiceDoesNotHave_tellsTheLoss() {
        Lock mutex = bench().client().lock(bench().name()).asLock();
        List<FencingToken> acquired = new CopyOnWriteArrayList<>();
        bench().client().addListener(Listeners.onAcquired(acquired::add));
        mutex.lock();
        bench().fixture().loseLease(new HeldLease(acquired.get(0)));
        assertThatThrownBy(mutex::unlock).isInstanceOf(LeaseLostException.class);
    }

    @Test
    default void closeOfSeveralNames_ofWhichTheServiceDoesNotHaveOne_tellsTheLoss() {
        List<String> names = List.of(bench().name(), bench().name());
        MultiLease lease = bench().client().lockAll(names).tryAcquire().orElseThrow();
        bench().fixture()
                .loseLease(new HeldLease(Objects.requireNonNull(lease.tokens().get(names.get(1)))));
        assertThatThrownBy(lease::close).isInstanceOf(LeaseLostException.class).hasMessageContaining(names.get(1));
        names.forEach(bench()::assertNothingLeft);
    }
}
