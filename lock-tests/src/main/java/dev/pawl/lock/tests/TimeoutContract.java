package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockTimeoutException;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/**
 * The row "{@code acquire(timeout)}, {@code tryAcquire(timeout)}": waits at most the timeout, plus at most one bounded I/O; zero
 * and negative mean one attempt.
 */
public interface TimeoutContract extends ContractCase {

    /** Values that are over before they begin. */
    List<Duration> NO_TIME =
            List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(-1), Duration.ofSeconds(Long.MIN_VALUE));

    @Test
    default void aTimeout_isWaitedOutAndNoLonger() {
        String name = bench().name();
        Lease holder = Bench.hold(bench().client(), name);
        Duration timeout = Duration.ofMillis(400);
        for (LockClient client : List.of(bench().client(), bench().newClient())) {
            DistributedLock lock = client.lock(name);
            assertTakes(timeout, () -> assertThat(lock.tryAcquire(timeout)).isEmpty());
            assertTakes(timeout, () -> assertTimesOut(lock, timeout));
            assertTakes(
                    timeout,
                    () -> assertThat(Bench.failure(lock.acquireAsync(timeout)))
                            .isInstanceOf(LockTimeoutException.class));
        }
        holder.close();
    }

    private static void assertTakes(Duration timeout, Bench.ThrowingAction wait) {
        assertThat(Bench.timed(wait)).isBetween(timeout, timeout.plus(Bench.ROOM));
    }

    private static void assertTimesOut(DistributedLock lock, Duration timeout) {
        assertThatThrownBy(() -> lock.acquire(timeout))
                .asInstanceOf(InstanceOfAssertFactories.throwable(LockTimeoutException.class))
                .satisfies(late -> {
                    assertThat(late.lockName()).isEqualTo(lock.name());
                    assertThat(late.elapsed()).isGreaterThanOrEqualTo(timeout);
                    assertThat(late).hasMessageContaining(lock.name());
                });
    }

    @Test
    default void zeroAndNegativeTimeouts_makeOneAttempt() throws InterruptedException {
        DistributedLock free = bench().client().lock(bench().name());
        DistributedLock busy = bench().client().lock(bench().name());
        Lease holder = Bench.hold(bench().newClient(), busy.name());
        for (Duration none : NO_TIME) {
            free.tryAcquire(none).orElseThrow().close();
            free.acquire(none).close();
            Bench.get(free.acquireAsync(none)).close();
            Duration elapsed = Bench.timed(() -> {
                assertThat(busy.tryAcquire(none)).isEmpty();
                assertThatThrownBy(() -> busy.acquire(none)).isInstanceOf(LockTimeoutException.class);
                assertThat(Bench.failure(busy.acquireAsync(none))).isInstanceOf(LockTimeoutException.class);
            });
            assertThat(elapsed).isLessThan(Bench.ROOM);
        }
        holder.close();
        bench().assertNothingLeft(busy.name());
    }

    @Test
    default void aReleaseWithinTheTimeout_isGranted() {
        String name = bench().name();
        Lease holder = Bench.hold(bench().client(), name);
        Job<Lease> waiter = bench().start(() -> bench().newClient().lock(name).acquire(Duration.ofSeconds(30)))
                .awaitWaiting();
        holder.close();
        waiter.get().close();
    }

    @Test
    default void theLongestTimeout_isNoOverflow() throws InterruptedException {
        Duration forever = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
        DistributedLock lock = bench().client().lock(bench().name());
        Lease holder = lock.acquire(forever);
        Job<Lease> waiter =
                bench().start(() -> lock.tryAcquire(forever).orElseThrow()).awaitWaiting();
        holder.close();
        waiter.get().close();
        Bench.get(lock.acquireAsync(forever)).close();
    }

    @Test
    default void aTimeoutAtAPausedService_isBoundedByOneExchange() {
        Bench.hold(bench().client(), bench().name()).close();
        DistributedLock lock = bench().client().lock(bench().name());
        bench().pauseService();
        assertThat(Bench.timed(() -> assertThatThrownBy(() -> lock.acquire(Duration.ofMillis(100)))))
                .isLessThan(bench().ioBound().plusMillis(100));
    }
}
