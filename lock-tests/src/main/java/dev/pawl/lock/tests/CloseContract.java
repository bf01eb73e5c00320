package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Who owns a hold and how it ends: the rows "second {@code acquire()} in the same thread", "{@code close()} twice, or from
 * another thread", and "{@code close()} while the backend is unreachable".
 */
public interface CloseContract extends ContractCase {

    @Test
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
    default void closeFromAnotherThread_releases() {
        String name = bench().name();
        Lease lease = bench().start(bench().client().lock(name)::acquire).get();
        lease.close();
        assertThat(lease.isValid()).isFalse();
        bench().assertNothingLeft(name);
    }

    @Test
    default void close_goesOnThroughAnInterruptAndKeepsIt() {
        String name = bench().name();
        Lease lease = Bench.hold(bench().client(), name);
        Thread.currentThread().interrupt();
        lease.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(bench().fixture().leftBehind(name)).isEmpty();
    }

    @Test
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
}
