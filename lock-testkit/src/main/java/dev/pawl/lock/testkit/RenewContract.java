package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pawl.lock.Capability;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.MultiLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@link Lease#renew}: a lease gets another time while it is held. A backend that cannot do it refuses, and says what else to do. */
public interface RenewContract extends ContractCase {

    /** What a lease of a few milliseconds is. */
    Duration TINY_LEASE = Duration.ofMillis(2);

    private boolean can() {
        LockClient client = bench().client();
        if (client.guarantees().supports(Capability.RENEW)) {
            return true;
        }
        String name = bench().name();
        try (Lease lease = Bench.hold(client, name);
                MultiLease several = client.lockAll(List.of(bench().name(), bench().name()))
                        .tryAcquire()
                        .orElseThrow()) {
            List<Runnable> ways = List.of(() -> lease.renew(Bench.LONG_LEASE), () -> several.renew(Bench.LONG_LEASE));
            ways.forEach(way -> assertThatExceptionOfType(LockConfigException.class)
                    .isThrownBy(way::run)
                    .withMessageContaining(Capability.RENEW.name())
                    .withMessageContaining(Capability.RENEW.alternative()));
            assertThat(lease.isValid()).isTrue();
        }
        return false;
    }

    @Test
    @Proves(Part.BACKEND)
    default void aLeaseRenewedForLonger_isStillThereAfterItsFirstTime() {
        if (!can()) {
            return;
        }
        String name = bench().name();
        LockClient other = bench().newClient();
        long before = System.nanoTime();
        Lease lease = Bench.hold(bench().client(), name, Bench.unrenewed(Bench.SHORT_LEASE));
        Duration left = lease.renew(Bench.LONG_LEASE);
        assertThat(left).isBetween(Bench.LONG_LEASE.dividedBy(2), Bench.LONG_LEASE);
        Bench.await("the first time is over")
                .until(() -> System.nanoTime() - before
                        > Bench.SHORT_LEASE.multipliedBy(2).toNanos());
        assertThat(lease.isValid()).isTrue();
        assertThat(other.lock(name).tryAcquire()).isEmpty();
        lease.close();
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aLeaseRenewedForLess_isFreeSooner() throws InterruptedException {
        if (!can()) {
            return;
        }
        String name = bench().name();
        Duration veryLong = Duration.ofMinutes(10);
        Lease lease = Bench.hold(bench().client(), name, Bench.unrenewed(veryLong));
        Duration left = lease.renew(Bench.SHORT_LEASE);
        assertThat(left).isLessThan(Bench.SHORT_LEASE);
        assertThat(lease.remaining()).isLessThanOrEqualTo(left);
        try (Lease next = bench().newClient().lock(name).acquire()) {
            assertThat(lease.isValid()).isFalse();
            assertThat(next.token()).isGreaterThan(lease.token());
            assertThatExceptionOfType(LeaseLostException.class).isThrownBy(() -> lease.renew(veryLong));
            assertThat(next.isValid()).isTrue();
        }
        assertThatExceptionOfType(LeaseLostException.class).isThrownBy(lease::close);
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.ENGINE)
    default void backgroundRenewals_neverShortenWhatRenewGave() {
        if (!can()) {
            return;
        }
        String name = bench().name();
        try (Lease lease = Bench.hold(bench().client(), name, Bench.options(Bench.SHORT_LEASE))) {
            long before = System.nanoTime();
            lease.renew(Bench.LONG_LEASE);
            Bench.await("some renewals have been sent")
                    .until(() -> System.nanoTime() - before
                            > Bench.SHORT_LEASE.multipliedBy(2).toNanos());
            Duration left = lease.remaining();
            assertThat(left.plusNanos(System.nanoTime() - before))
                    .isGreaterThan(Bench.LONG_LEASE.minus(Bench.SHORT_LEASE));
        }
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aTimeToBeHeld_isTheLeastThatRenewGives() {
        if (!can()) {
            return;
        }
        String name = bench().name();
        LockOptions options =
                Bench.options().toBuilder().holdAtLeast(Bench.LONG_LEASE).build();
        try (Lease lease = Bench.hold(bench().client(), name, options)) {
            assertThat(lease.renew(Bench.SHORT_LEASE)).isGreaterThan(Bench.LONG_LEASE.dividedBy(2));
        }
    }

    @Test
    @Proves(Part.BACKEND)
    default void renewingWhatIsGone_saysSo() {
        if (!can()) {
            return;
        }
        Lease closed = Bench.hold(bench().client(), bench().name());
        closed.close();
        assertThatExceptionOfType(LeaseLostException.class).isThrownBy(() -> closed.renew(Bench.LONG_LEASE));
        LockClient operator = bench().newClient();
        if (operator.guarantees().supports(Capability.FORCE_RELEASE)) {
            Lease freed = Bench.hold(bench().client(), bench().name());
            operator.lock(freed.name())
                    .forceRelease(operator.inspect(freed.name()).orElseThrow().token(), "a test");
            assertThatExceptionOfType(LeaseLostException.class).isThrownBy(() -> freed.renew(Bench.LONG_LEASE));
            assertThat(freed.isValid()).isFalse();
            assertThatExceptionOfType(LeaseLostException.class).isThrownBy(freed::close);
            bench().assertNothingLeft(freed.name());
        }
    }

    @Test
    @Proves(Part.BACKEND)
    default void renewingWithoutAnAnswer_isAFault_andLeavesNoMoreThanTheServiceMayGive() {
        if (!can()) {
            return;
        }
        Lease lease = Bench.hold(bench().client(), bench().name());
        Duration before = lease.remaining();
        bench().pauseService();
        assertThat(catchThrowable(() -> lease.renew(Duration.ofMinutes(10)))).isInstanceOf(LockBackendException.class);
        assertThat(lease.isValid()).isTrue();
        assertThat(lease.remaining()).isLessThan(before);
        Throwable shorter = catchThrowable(() -> lease.renew(Bench.SHORT_LEASE));
        assertThat(shorter).isInstanceOfAny(LockBackendException.class, LeaseLostException.class);
        assertThat(lease.remaining()).isLessThan(Bench.SHORT_LEASE);
        bench().resumeService();
    }

    @Test
    @Proves(Part.ENGINE)
    default void severalLeases_areRenewedAsOne() {
        if (!can()) {
            return;
        }
        List<String> names = List.of(bench().name(), bench().name());
        try (MultiLease both = bench().client()
                .lockAll(names, Bench.unrenewed(Bench.SHORT_LEASE))
                .tryAcquire()
                .orElseThrow()) {
            assertThat(both.renew(Bench.LONG_LEASE)).isGreaterThan(Bench.LONG_LEASE.dividedBy(2));
            assertThat(both.remaining()).isGreaterThan(Bench.LONG_LEASE.dividedBy(2));
        }
        names.forEach(bench()::assertNothingLeft);
    }

    @Test
    @Proves(Part.ENGINE)
    default void aTimeThatNoLeaseCanHave_isRefused() {
        if (!can()) {
            return;
        }
        try (Lease lease = Bench.hold(bench().client(), bench().name())) {
            for (Duration bad :
                    List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(8), Duration.ofNanos(1))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> lease.renew(bad))
                        .withMessageContaining("leaseTime");
            }
            assertThat(lease.isValid()).isTrue();
        }
    }

    @Test
    @Proves(Part.BACKEND)
    default void renewRacingClose_leavesNothing() {
        if (!can()) {
            return;
        }
        LockClient client = bench().client();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String name = bench().name();
            names.add(name);
            Lease lease = Bench.hold(client, name);
            Job<Boolean> renewer = bench().start(() -> {
                try {
                    lease.renew(Duration.ofMinutes(10));
                    return true;
                } catch (LeaseLostException e) {
                    return false;
                }
            });
            lease.close();
            renewer.get();
            assertThat(lease.isValid()).isFalse();
        }
        LockClient other = bench().newClient();
        names.forEach(name -> Bench.hold(other, name).close());
    }

    @Test
    @Proves(Part.BACKEND)
    default void leasesOfAFewMilliseconds_neverHaveTwoHolders() {
        if (!can()) {
            return;
        }
        String name = bench().name();
        LockOptions tiny = Bench.unrenewed(TINY_LEASE);
        Queue<Claim> claims = new ConcurrentLinkedQueue<>();
        List<Job<Integer>> jobs = IntStream.range(0, 3)
                .mapToObj(i -> {
                    LockClient client = bench().newClient(tiny);
                    return bench().start(() -> {
                        int renewed = 0;
                        for (int round = 0; round < 60; round++) {
                            renewed += holdForAMoment(client, name, round % 2 == 0, claims) ? 1 : 0;
                        }
                        return renewed;
                    });
                })
                .toList();
        jobs.forEach(Job::get);
        Claim.assertOneAtATime(claims);
        Claim.assertTokensOnlyGoUp(claims);
        bench().assertNothingLeft(name);
    }

    /** Until it is over; whether it could be renewed. A busy machine may hear of a grant only when it is over. */
    private static boolean holdForAMoment(LockClient client, String name, boolean renews, Queue<Claim> claims) {
        long invoked = System.nanoTime();
        Optional<Lease> lease = Optional.empty();
        try {
            lease = client.lock(name).tryAcquire();
        } catch (LockBackendException tooLate) {
            assertThat(tooLate).hasMessageContaining("had run out");
        }
        if (lease.isEmpty()) {
            return false;
        }
        long acquired = System.nanoTime();
        long valid = 0;
        boolean renewed = false;
        try (Lease held = lease.get()) {
            if (renews) {
                held.renew(TINY_LEASE.multipliedBy(5));
                renewed = true;
            }
            for (long now = System.nanoTime(); held.isValid(); now = System.nanoTime()) {
                valid = now;
            }
        } catch (LeaseLostException e) {
            assertThat(e).hasMessageContaining(name);
        }
        if (valid > acquired) {
            claims.add(new Claim(lease.get().token().value(), invoked, acquired, valid));
        }
        return renewed;
    }
}
