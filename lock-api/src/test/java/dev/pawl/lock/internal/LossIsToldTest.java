package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A lapse may be seen first by the holder, between any two steps of the timer. */
class LossIsToldTest {

    private static final Duration LEASE = Duration.ofSeconds(30);

    private volatile Runnable duringTheSweep = () -> {};

    @Test
    void lapseThatTheHolderSawFirst_isToldAllTheSame() throws Exception {
        DelegatingBackend backend = new DelegatingBackend() {
            @Override
            public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
                duringTheSweep.run();
                return super.renew(due, blocking);
            }
        };
        try (Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(Ticker.SYSTEM))) {
            engine.lock("to load what is needed").acquire().close();
            LockOptions brief = LockOptions.builder()
                    .leaseTime(Duration.ofMillis(400))
                    .renewal(false)
                    .build();
            LockOptions renewed =
                    LockOptions.builder().leaseTime(Duration.ofMillis(600)).build();
            Lease lapsing = engine.lock("lapsing", brief).acquire();
            AtomicReference<LossReason> told = new AtomicReference<>();
            lapsing.onLost(event -> told.set(event.reason()));
            Lease other = engine.lock("other", renewed).acquire();
            duringTheSweep = () -> {
                while (lapsing.isValid()) {
                    Thread.onSpinWait();
                }
                other.close();
            };

            await().until(() -> told.get() == LossReason.EXPIRED);
        }
    }

    @Test
    void lapsedHold_isLookedAtAtOnce() {
        AtomicLong now = new AtomicLong();
        Hold hold = hold(now::get);
        now.set(LEASE.toNanos());

        assertThat(hold.isCurrent()).isFalse();
        assertThat(hold.nextLook()).isZero();
    }

    @Test
    void remainingTime_isNeverMoreThanTheLease_evenIfItLapsesWhileItIsAsked() {
        long beforeTheEnd = LEASE.toNanos() / 2;
        AtomicLong now = new AtomicLong(beforeTheEnd);
        AtomicReference<Hold> asked = new AtomicReference<>();
        AtomicInteger readings = new AtomicInteger();
        // Another thread sees the end of the lease while the first has read its clock, but not yet the deadline.
        Hold hold = hold(() -> {
            Hold raced = asked.get();
            if (raced != null && readings.getAndIncrement() == 0) {
                now.set(LEASE.toNanos());
                assertThat(raced.isCurrent()).isFalse();
                return beforeTheEnd;
            }
            return now.get();
        });
        asked.set(hold);

        assertThat(hold.remaining()).isBetween(0L, LEASE.toNanos());
        assertThat(hold.remaining()).isZero();
    }

    private static Hold hold(Ticker ticker) {
        DelegatingBackend backend = new DelegatingBackend();
        Engine engine = new Engine(backend, LockOptions.defaults(), new ManualScheduler().environment(ticker));
        LockQueue queue = new LockQueue("a", Claim.LOCK, engine);
        Contest contest = new Candidacy(queue, engine, LockOptions.defaults());
        return new Hold(ticker, new PlainGrant(contest, 1, 1, LEASE), LockOptions.defaults(), queue, 0);
    }
}
