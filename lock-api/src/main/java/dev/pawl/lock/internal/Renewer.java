package dev.pawl.lock.internal;

import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.RenewalOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the holds of one client alive, and notices when one has lapsed. One sweep of the timer serves all holds: what is due
 * goes to the backend in one batch.
 *
 * <p>Taking and giving back a lock must cost nothing here, so a hold that is no longer watched leaves its sweep armed: the
 * timer is touched once per third of a lease, not once per lock.
 */
final class Renewer {

    /** How long to sleep at the most by a clock that can jump (a test's). */
    private static final long JUMPY_NAP = 5_000_000;

    private final LockBackend backend;
    private final Environment env;
    private final Observers observers;

    /** Whether one request renews all holds, so that there is nothing to spare by renewing only those that are due. */
    private final boolean allAtOnce;

    private final Set<Hold> watched = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Sweep> armed = new AtomicReference<>();

    Renewer(LockBackend backend, Environment env, Observers observers) {
        this.backend = backend;
        this.env = env;
        this.observers = observers;
        this.allAtOnce = backend.guarantees().crashRelease() == CrashRelease.SESSION;
    }

    void watch(Hold hold) {
        watched.add(hold);
        armWithin(hold.nextLook());
    }

    void unwatch(Hold hold) {
        watched.remove(hold);
    }

    /** A sweep that was replaced by an earlier one is cancelled, or does nothing. */
    private final class Sweep implements Runnable {
        private final long at;
        private volatile Runnable cancel = () -> {};

        private Sweep(long at) {
            this.at = at;
        }

        @Override
        public void run() {
            if (armed.compareAndSet(this, null)) {
                sweep();
            }
        }
    }

    private void armWithin(long delay) {
        long nap = env.clockJumps() ? Math.min(delay, JUMPY_NAP) : delay;
        long at = env.ticker().nanos() + nap;
        Sweep current = armed.get();
        while (current == null || current.at - at > 0) {
            Sweep sweep = new Sweep(at);
            if (armed.compareAndSet(current, sweep)) {
                schedule(sweep, nap);
                if (current != null) {
                    current.cancel.run();
                }
                return;
            }
            current = armed.get();
        }
    }

    /** A sweep that could not be scheduled must not stand in the way of the next. */
    private void schedule(Sweep sweep, long nap) {
        try {
            sweep.cancel = env.scheduler().schedule(nap, sweep);
        } catch (Throwable e) {
            armed.compareAndSet(sweep, null);
            throw e;
        }
    }

    private void sweep() {
        try {
            List<Hold> due = new ArrayList<>();
            for (Hold hold : watched) {
                if (!hold.isCurrent()) {
                    gone(hold, hold.lapseReason());
                } else if (hold.isRenewalDue()) {
                    due.add(hold);
                }
            }
            if (!due.isEmpty()) {
                renew(allAtOnce ? watched.stream().filter(Hold::isRenewable).toList() : due);
            }
        } finally {
            armForTheNext();
        }
    }

    private void armForTheNext() {
        long next = Long.MAX_VALUE;
        for (Hold hold : watched) {
            next = Math.min(next, hold.nextLook());
        }
        if (next != Long.MAX_VALUE) {
            armWithin(next);
        }
    }

    private void renew(List<Hold> due) {
        due.forEach(Hold::renewalSent);
        long sentAt = env.ticker().nanos();
        List<Grant> grants = due.stream().map(Hold::grant).toList();
        Stages.of(() -> backend.renew(grants, env.io())).whenComplete((outcomes, failure) -> {
            try {
                due.forEach(hold -> settle(hold, sentAt, outcomeOf(hold, outcomes), failure));
            } finally {
                armForTheNext();
            }
        });
    }

    /** A map that is missing, incomplete, or not to be asked for a grant says nothing; its hold is renewed again all the same. */
    private static RenewalOutcome outcomeOf(Hold hold, @Nullable Map<Grant, RenewalOutcome> outcomes) {
        try {
            RenewalOutcome outcome = outcomes == null ? null : outcomes.get(hold.grant());
            return outcome == null ? RenewalOutcome.UNKNOWN : outcome;
        } catch (RuntimeException e) {
            return RenewalOutcome.UNKNOWN;
        }
    }

    private void settle(Hold hold, long sentAt, RenewalOutcome outcome, @Nullable Throwable failure) {
        switch (outcome) {
            case RENEWED -> hold.renewalAcknowledged(sentAt);
            case NOT_HELD -> gone(hold, LossReason.EXPIRED);
            case TAKEN -> gone(hold, LossReason.TAKEN_OVER);
            case UNKNOWN -> {
                hold.renewalUnanswered();
                if (watched.contains(hold)) {
                    observers.renewalFailed(hold, Causes.of(failure, "the backend gave no clear answer"));
                }
            }
        }
    }

    private void gone(Hold hold, LossReason reason) {
        if (watched.remove(hold)) {
            hold.queue().lost(hold, reason);
        }
    }
}
