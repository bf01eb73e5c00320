package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.MultiLock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
    @Proves(Part.BACKEND)
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
    @Proves(Part.BACKEND)
    default void aTimeout_saysWhoHasTheLock_asFarAsTheRefusalTold() {
        Lease held = Bench.hold(bench().client(), bench().name());
        boolean told = bench().fixture().refusalTellsTheHolder();
        for (LockClient client : List.of(bench().client(), bench().newClient())) {
            DistributedLock lock = client.lock(held.name());
            MultiLock several = client.lockAll(List.of(held.name(), bench().name()));
            Duration brief = Duration.ofMillis(50);
            for (Throwable late : List.of(
                    catchThrowable(() -> lock.acquire(brief)),
                    catchThrowable(() -> lock.acquire(Duration.ZERO)),
                    catchThrowable(() -> lock.run(brief, lease -> {})),
                    catchThrowable(() -> several.acquire(brief)),
                    Bench.failure(lock.acquireAsync(brief)),
                    Bench.failure(several.acquireAsync(brief)))) {
                assertThat(late).isInstanceOf(LockTimeoutException.class);
                Optional<LockInfo> holder = ((LockTimeoutException) late).holder();
                assertThat(holder.isPresent()).as("told: %s", late).isEqualTo(told || client == bench().client());
                holder.ifPresent(info -> assertIs(held, info, late));
            }
        }
        held.close();
        assertThat(bench().client().lock(held.name()).tryAcquire()).hasValueSatisfying(Lease::close);
    }

    private static void assertIs(Lease held, LockInfo info, Throwable late) {
        String label = info.holder().orElseThrow();
        assertThat(label).endsWith("/" + ProcessHandle.current().pid());
        assertThat(info.token()).isEqualTo(held.token());
        assertThat(info.isRevoked()).isFalse();
        assertThat(late).hasMessageContaining("'" + label + "'");
        if (info.since().isPresent() && info.until().isPresent()) {
            assertThat(info.since().get()).isBefore(info.until().get());
        }
    }

    @Test
    @Proves(Part.BACKEND)
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
    @Proves(Part.BACKEND)
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

    @Test
    @Proves(Part.ENGINE)
    default void acquireTimeout_boundsWhatNamesNoTime_butNotTheThreadOwnedLock() throws InterruptedException {
        Duration timeout = Duration.ofMillis(400);
        LockOptions options =
                Bench.options().toBuilder().acquireTimeout(timeout).build();
        DistributedLock lock = bench().newClient(options).lock(bench().name());
        MultiLock several = bench().newClient().lockAll(List.of(bench().name(), lock.name()), options);
        Lease holder = Bench.hold(bench().client(), lock.name());
        assertTakes(timeout, () -> assertThatThrownBy(lock::acquire).isInstanceOf(LockTimeoutException.class));
        assertTakes(
                timeout,
                () -> assertThatThrownBy(() -> lock.run(lease -> {})).isInstanceOf(LockTimeoutException.class));
        assertTakes(
                timeout, () -> assertThat(Bench.failure(lock.acquireAsync())).isInstanceOf(LockTimeoutException.class));
        assertTakes(timeout, () -> assertThatThrownBy(several::acquire).isInstanceOf(LockTimeoutException.class));
        assertTakes(
                timeout,
                () -> assertThat(Bench.failure(several.acquireAsync())).isInstanceOf(LockTimeoutException.class));

        Job<Boolean> patient = bench().start(() -> {
            lock.asLock().lockInterruptibly();
            lock.asLock().unlock();
            return true;
        });
        assertThat(patient.endsWithin(timeout.multipliedBy(2))).isFalse();
        holder.close();
        assertThat(patient.get()).isTrue();
        lock.acquire().close();
    }
}
