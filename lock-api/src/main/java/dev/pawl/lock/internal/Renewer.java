package dev.pawl.lock.internal;

import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the holds of one client alive, and notices when one has lapsed. One sweep of the timer serves all holds: what is due
 * goes to the backend in one batch. A hold is watched from its grant until it is on its way back, so that one which nobody has,
 * whatever was thrown on the way to its holder or back, is found, and given back instead of renewed.
 *
 * <p>Taking and giving back a lock must cost nothing here, so a hold that is no longer watched leaves its sweep armed: the
 * timer is touched once per third of a lease, not once per lock.
 */
final class Renewer {

    /** How long to sleep at the most by a clock that can jump (a test's). */
    private static final long JUMPY_NAP = 5_000_000;

    /** A sweep that is so late was never given to the timer, or the timer is so late: another does no harm. */
    private static final long FORGOTTEN = 1_000_000_000;

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

    boolean isWatched(Hold hold) {
        return watched.contains(hold);
    }

    /** The holds of one name that nobody has. */
    List<Hold> forsaken(LockQueue queue) {
        return watched.stream()
                .filter(hold -> hold.queue() == queue && hold.isForsaken())
                .toList();
    }

    /** A sweep that was replaced by an earlier one is cancelled, or does nothing. */
    private final class Sweep implements Runnable {
        private final long at;
        private volatile Runnable cancel = () -> {};

        private Sweep(long at) {
            this.at = at;
        }

        /** Its thread was thrown out between naming it as the next and giving it to the timer. */
        private boolean isForgotten(long now) {
            return now - at > FORGOTTEN;
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
        while (current == null || current.at - at > 0 || current.isForgotten(at - nap)) {
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
                } else if (hold.isForsaken()) {
                    hold.queue().forsaken(hold);
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

    /** Those that are renewed for the time of their contests go together. */
    private void renew(List<Hold> due) {
        List<Hold> together = new ArrayList<>(due.size());
        for (Hold hold : due) {
            if (hold.beginRenewal()) {
                Duration time = hold.renewalTime();
                if (time == null) {
                    together.add(hold);
                } else {
                    renew(hold, time);
                }
            }
        }
        if (!together.isEmpty()) {
            renewTogether(together);
        }
    }

    private void renew(Hold hold, Duration time) {
        long sentAt = env.ticker().nanos();
        Stages.of(() -> backend.renew(hold.grant(), time, env.io())).whenComplete((outcome, failure) -> {
            try {
                settle(hold, sentAt, time, outcome == null ? RenewalOutcome.UNKNOWN : outcome, failure);
            } finally {
                armForTheNext();
            }
        });
    }

    /**
     * Renews one hold for a time that its holder has chosen. The renewal has begun.
     *
     * @param blocking where a blocking client library may run
     * @param answer what came of it, when the hold knows it; never {@link RenewalOutcome#UNKNOWN} without a failure
     */
    void renewForHolder(Hold hold, Duration wanted, Executor blocking, CompletableFuture<RenewalOutcome> answer) {
        long sentAt = env.ticker().nanos();
        Duration time = hold.renewedByHolder(sentAt, wanted);
        Stages.of(() -> backend.renew(hold.grant(), time, blocking)).whenComplete((found, failure) -> {
            RenewalOutcome outcome = found == null ? RenewalOutcome.UNKNOWN : found;
            try {
                if (outcome == RenewalOutcome.RENEWED) {
                    hold.holdersRenewalAcknowledged(sentAt, time);
                } else {
                    settle(hold, sentAt, time, outcome, failure);
                }
            } finally {
                if (outcome == RenewalOutcome.UNKNOWN) {
                    answer.completeExceptionally(Causes.of(failure, "the backend gave no clear answer"));
                } else {
                    answer.complete(outcome);
                }
                armForTheNext();
            }
        });
        // The deadline may have come nearer, and the answer may never come.
        armForTheNext();
    }

    private void renewTogether(List<Hold> due) {
        long sentAt = env.ticker().nanos();
        List<Grant> grants = due.stream().map(Hold::grant).toList();
        Stages.of(() -> backend.renew(grants, env.io())).whenComplete((outcomes, failure) -> {
            try {
                due.forEach(hold -> settle(hold, sentAt, null, outcomeOf(hold, outcomes), failure));
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

    private void settle(
            Hold hold, long sentAt, @Nullable Duration time, RenewalOutcome outcome, @Nullable Throwable failure) {
        switch (outcome) {
            case RENEWED -> hold.renewalAcknowledged(sentAt, time);
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
            boolean told = false;
            try {
                hold.queue().lost(hold, reason);
                told = true;
            } finally {
                if (!told) {
                    watched.add(hold);
                }
            }
        }
    }
}
