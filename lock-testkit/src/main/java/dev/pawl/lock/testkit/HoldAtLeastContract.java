package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.MultiLease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;

/**
 * {@link LockOptions#holdAtLeast()}: a job that is to run once a period keeps its lock until the period is over. A backend that cannot
 * do it refuses the option, and says what else to do.
 */
public interface HoldAtLeastContract extends ContractCase {

    /** Long enough that a busy machine looks before it is over. */
    Duration PERIOD = Duration.ofMillis(2_500);

    private static LockOptions atLeast(Duration time) {
        return Bench.options().toBuilder().holdAtLeast(time).build();
    }

    private boolean can(LockOptions options) {
        LockClient client = bench().client();
        if (client.guarantees().supports(Capability.HOLD_AT_LEAST)) {
            return true;
        }
        List<Runnable> ways = List.of(
                () -> client.lock("refused", options),
                () -> client.lockAll(List.of("refused", "too"), options),
                () -> bench().newClient(options));
        ways.forEach(way -> assertThatExceptionOfType(LockConfigException.class)
                .isThrownBy(way::run)
                .withMessageContaining(Capability.HOLD_AT_LEAST.name())
                .withMessageContaining(Capability.HOLD_AT_LEAST.alternative()));
        return false;
    }

    @Test
    @Proves(Part.BACKEND)
    default void aJobThatEndsEarly_keepsItsLockForThePeriod() throws InterruptedException {
        LockOptions oncePerPeriod = atLeast(PERIOD);
        if (!can(oncePerPeriod)) {
            return;
        }
        String name = bench().name();
        LockClient other = bench().newClient();
        long before = System.nanoTime();
        Lease first = Bench.hold(bench().client(), name, oncePerPeriod);
        first.close();
        assertThat(first.isValid()).isFalse();
        assertThat(other.lock(name).tryAcquire()).as("another client").isEmpty();
        assertThat(bench().client().lock(name, oncePerPeriod).tryAcquire())
                .as("the same client")
                .isEmpty();
        try (Lease next = other.lock(name).acquire()) {
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(PERIOD.toNanos());
            assertThat(next.token()).isGreaterThan(first.token());
        }
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aJobThatEndsLate_givesItsLockBackAtOnce() {
        LockOptions brief = atLeast(Duration.ofMillis(50));
        if (!can(brief)) {
            return;
        }
        String name = bench().name();
        Lease lease = Bench.hold(bench().client(), name, brief);
        long taken = System.nanoTime();
        Bench.await("the period is over").until(() -> System.nanoTime() - taken > 100_000_000);
        lease.close();
        try (Lease next = Bench.hold(bench().newClient(), name)) {
            assertThat(next.isValid()).isTrue();
        }
    }

    @Test
    @Proves(Part.BACKEND)
    default void aPeriodLongerThanTheLease_isKeptWithoutItsHolder() throws InterruptedException {
        LockOptions longer =
                Bench.options(Bench.SHORT_LEASE).toBuilder().holdAtLeast(PERIOD).build();
        if (!can(longer)) {
            return;
        }
        String name = bench().name();
        LockClient other = bench().newClient();
        long before = System.nanoTime();
        Lease first = Bench.hold(bench().client(), name, longer);
        Bench.await("it was renewed").until(() -> System.nanoTime() - before > Bench.SHORT_LEASE.toNanos());
        assertThat(first.isValid()).isTrue();
        first.close();
        try (Lease next = other.lock(name).acquire()) {
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(PERIOD.toNanos());
            assertThat(next.isValid()).isTrue();
        }
    }

    @Test
    @Proves(Part.BACKEND)
    default void aPeriodThatIsOver_leavesTheUsualLease() {
        LockOptions longer = Bench.options(Bench.SHORT_LEASE).toBuilder()
                .holdAtLeast(Bench.SHORT_LEASE.multipliedBy(2))
                .build();
        if (!can(longer)) {
            return;
        }
        String name = bench().name();
        try (Lease lease = Bench.hold(bench().client(), name, longer)) {
            assertThat(lease.remaining()).isGreaterThan(Bench.SHORT_LEASE);
            long taken = System.nanoTime();
            Bench.await("it was renewed past its period")
                    .until(() -> System.nanoTime() - taken
                            > Bench.SHORT_LEASE.multipliedBy(3).toNanos());
            assertThat(lease.remaining()).isBetween(Duration.ofNanos(1), Bench.SHORT_LEASE);
        }
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.ENGINE)
    default void aLockKeptForAPeriod_isNotHandedOn() {
        LockOptions oncePerPeriod = atLeast(PERIOD);
        if (!can(oncePerPeriod)) {
            return;
        }
        DistributedLock lock = bench().client().lock(bench().name(), oncePerPeriod);
        long before = System.nanoTime();
        Lease first = Bench.get(lock.acquireAsync());
        CompletableFuture<Lease> second = lock.acquireAsync();
        CompletableFuture<Lease> third = lock.acquireAsync();
        first.close();
        Lease next = Bench.get(second);
        long later = System.nanoTime();
        assertThat(later - before).isGreaterThanOrEqualTo(PERIOD.toNanos());
        next.close();
        Bench.get(third).close();
        assertThat(System.nanoTime() - later)
                .isGreaterThanOrEqualTo(PERIOD.dividedBy(2).toNanos());
    }

    @Test
    @Proves(Part.BACKEND)
    default void theClientsClose_keepsItToo() throws InterruptedException {
        LockOptions oncePerPeriod = atLeast(PERIOD);
        if (!can(oncePerPeriod)) {
            return;
        }
        String name = bench().name();
        long before = System.nanoTime();
        LockClient holder = bench().newClient();
        Lease open = Bench.hold(holder, name, oncePerPeriod);
        holder.close();
        assertThat(open.isValid()).isFalse();
        assertThat(bench().client().lock(name).tryAcquire()).isEmpty();
        try (Lease next = bench().client().lock(name).acquire()) {
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(PERIOD.toNanos());
            assertThat(next.isValid()).isTrue();
        }
    }

    @Test
    @Proves(Part.BACKEND)
    default void aGrantNobodyTook_isNotKept() {
        LockOptions veryLong = atLeast(Duration.ofMinutes(10));
        if (!can(veryLong)) {
            return;
        }
        for (int i = 0; i < 5; i++) {
            String name = bench().name();
            CompletableFuture<Lease> request =
                    bench().client().lock(name, veryLong).acquireAsync();
            if (request.cancel(false)) {
                bench().assertNothingLeft(name);
            }
        }
        String free = bench().name();
        String taken = bench().name();
        try (Lease others = Bench.hold(bench().newClient(), taken)) {
            Optional<MultiLease> both =
                    bench().client().lockAll(List.of(free, taken), veryLong).tryAcquire();
            assertThat(both).isEmpty();
            Optional<Lease> late = bench().client().lock(taken, veryLong).tryAcquire();
            assertThat(late).isEmpty();
            bench().assertNothingLeft(free);
            assertThat(others.isValid()).isTrue();
        }
        bench().assertNothingLeft(taken);
    }

    @Test
    @Proves(Part.ENGINE)
    default void severalLocksAndAView_areKeptToo() {
        LockOptions oncePerPeriod = atLeast(PERIOD);
        if (!can(oncePerPeriod)) {
            return;
        }
        String one = bench().name();
        String other = bench().name();
        String viewed = bench().name();
        LockClient rival = bench().newClient();
        MultiLease both = bench().client()
                .lockAll(List.of(one, other), oncePerPeriod)
                .tryAcquire()
                .orElseThrow();
        Lock view = bench().client().lock(viewed, oncePerPeriod).asLock();
        view.lock();
        try {
            both.close();
        } finally {
            view.unlock();
        }
        for (String name : List.of(one, other, viewed)) {
            assertThat(rival.lock(name).tryAcquire()).as(name).isEmpty();
        }
    }

    @Test
    @Proves(Part.BACKEND)
    default void whatAnOperatorTakesAway_isNotKept() {
        LockOptions veryLong = atLeast(Duration.ofMinutes(10));
        if (!can(veryLong)) {
            return;
        }
        LockClient operator = bench().newClient();
        for (Capability way : List.of(Capability.REVOKE, Capability.FORCE_RELEASE)) {
            for (boolean closedBefore : new boolean[] {true, false}) {
                if (operator.guarantees().supports(way)) {
                    takeAway(operator.lock(bench().name()), way, veryLong, closedBefore);
                }
            }
        }
    }

    private void takeAway(DistributedLock seen, Capability way, LockOptions options, boolean closedBefore) {
        Lease lease = Bench.hold(bench().client(), seen.name(), options);
        if (closedBefore) {
            lease.close();
        }
        FencingToken token = seen.inspect().orElseThrow().token();
        assertThat(way == Capability.REVOKE ? seen.revoke(token, "a test") : seen.forceRelease(token, "a test"))
                .isPresent();
        if (!closedBefore) {
            closeWhatMayBeLost(lease);
        }
        bench().assertNothingLeft(seen.name());
    }

    /** A service that can tells its holder at once; of others it hears at the close, or not at all if it was the one to end it. */
    private static void closeWhatMayBeLost(Lease lease) {
        try {
            lease.close();
        } catch (LeaseLostException told) {
            assertThat(told).hasMessageContaining(lease.name());
        }
    }
}
