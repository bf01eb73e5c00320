package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HolderRenewalsTest {

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration LONG = Duration.ofMinutes(10);

    private final Wire wire = new Wire();
    private final Engine engine =
            new Engine(wire, LockOptions.builder().leaseTime(LEASE).build(), Environment.live(wire.ticker()));

    /** Tells what was sent, and can keep the answers back. */
    private static final class Wire extends DelegatingBackend {
        final List<Duration> times = new CopyOnWriteArrayList<>();
        final List<Duration> remaining = new CopyOnWriteArrayList<>();
        final AtomicReference<@Nullable Lease> watched = new AtomicReference<>();
        volatile @Nullable CompletableFuture<Void> background;
        volatile boolean backgroundSent;
        volatile Supplier<@Nullable RuntimeException> fault = () -> null;

        @Override
        public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
            CompletableFuture<Void> gate = background;
            CompletionStage<Map<Grant, RenewalOutcome>> answer = super.renew(due, blocking);
            backgroundSent = true;
            return gate == null ? answer : gate.thenCompose(open -> answer);
        }

        @Override
        public CompletionStage<RenewalOutcome> renew(Grant grant, Duration time, Executor blocking) {
            times.add(time);
            Lease lease = watched.get();
            if (lease != null) {
                remaining.add(lease.remaining());
            }
            RuntimeException failure = fault.get();
            return failure == null ? super.renew(grant, time, blocking) : CompletableFuture.failedStage(failure);
        }
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void aRenewal_waitsForTheOneThatIsUnderWay() throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        wire.background = gate;
        try (Lease lease = engine.lock("a").acquire()) {
            Soon.await().until(() -> wire.backgroundSent);
            CompletableFuture<Duration> one = CompletableFuture.supplyAsync(() -> lease.renew(LONG));
            CompletableFuture<Duration> other = CompletableFuture.supplyAsync(() -> lease.renew(LONG));
            assertThat(one.copy()
                            .completeOnTimeout(Duration.ZERO, 100, TimeUnit.MILLISECONDS)
                            .get())
                    .isZero();
            assertThat(wire.times).isEmpty();
            gate.complete(null);
            assertThat(one.get(30, TimeUnit.SECONDS)).isGreaterThan(LEASE);
            assertThat(other.get(30, TimeUnit.SECONDS)).isGreaterThan(LEASE);
            assertThat(wire.times).containsExactly(LONG, LONG);
        }
    }

    @Test
    void aRenewalThatWaits_endsWithItsLease() throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        wire.background = gate;
        Lease lease = engine.lock("a").acquire();
        Soon.await().until(() -> wire.backgroundSent);
        CompletableFuture<Duration> renewal = CompletableFuture.supplyAsync(() -> lease.renew(LONG));
        assertThat(renewal.copy()
                        .completeOnTimeout(Duration.ZERO, 100, TimeUnit.MILLISECONDS)
                        .get())
                .isZero();
        lease.close();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> renewal.get(30, TimeUnit.SECONDS))
                .withCauseInstanceOf(LeaseLostException.class);
        assertThat(wire.times).isEmpty();
        gate.complete(null);
        engine.lock("a").acquire().close();
    }

    @Test
    void theDeadlineComesNearer_beforeAShorterTimeIsSent() throws Exception {
        Lease lease = engine.lock("a", unrenewed(LONG)).acquire();
        wire.watched.set(lease);
        wire.fault = () -> new IllegalStateException("the answer is lost");
        assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> lease.renew(LEASE));
        assertThat(wire.remaining).allMatch(left -> left.compareTo(LEASE) < 0).hasSize(1);
        assertThat(lease.remaining()).isLessThan(LEASE).isPositive();
        Duration left = lease.remaining();
        assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> lease.renew(LONG));
        assertThat(lease.remaining()).isLessThanOrEqualTo(left);
        wire.fault = () -> null;
        assertThat(lease.renew(LONG)).isGreaterThan(LEASE);
        lease.close();
    }

    @Test
    void renewalsInTheBackground_sendTheRestOfALongerOne() throws Exception {
        LockOptions brief =
                LockOptions.builder().leaseTime(Duration.ofMillis(300)).build();
        try (Lease lease = engine.lock("a", brief).acquire()) {
            lease.renew(LONG);
            Soon.await().until(() -> wire.times.size() > 3);
            assertThat(wire.times).allMatch(time -> time.compareTo(LONG.minusMinutes(1)) > 0);
            assertThat(lease.remaining()).isGreaterThan(LONG.minusMinutes(1));
            lease.renew(Duration.ofMillis(200));
            Soon.await().until(() -> wire.times.get(wire.times.size() - 1).equals(brief.leaseTime()));
            assertThat(lease.isValid()).isTrue();
        }
    }

    @Test
    void aHoldThatItsHolderRenewed_isNotHandedOn() throws Exception {
        List<FencingToken> handedOn = new CopyOnWriteArrayList<>();
        engine.addListener(new LockListener() {
            @Override
            public void onHandOff(FencingToken released, FencingToken acquired) {
                handedOn.add(acquired);
            }
        });
        Lease first = engine.lock("a").acquire();
        CompletableFuture<Lease> second = engine.lock("a").acquireAsync();
        CompletableFuture<Lease> third = engine.lock("a").acquireAsync();
        first.close();
        Lease next = second.get(30, TimeUnit.SECONDS);
        next.renew(LONG);
        next.close();
        Lease last = third.get(30, TimeUnit.SECONDS);
        last.close();
        assertThat(handedOn).doesNotContain(last.token());
        assertThat(last.token()).isGreaterThan(next.token());
    }

    private static LockOptions unrenewed(Duration leaseTime) {
        return LockOptions.builder().leaseTime(leaseTime).renewal(false).build();
    }
}
