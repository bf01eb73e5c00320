package dev.pawl.lock.internal;

import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Renewals that holders of one name have asked for, one after the other: a hold has one renewal under way at a time, its holder's or one
 * in the background. Touched by the events of its {@link LockQueue} only.
 */
final class HolderRenewals {

    private record Asked(HeldLease lease, Duration time, CompletableFuture<RenewalOutcome> answer) {}

    private final Engine engine;
    private final Queue<Asked> asked = new ArrayDeque<>(2);

    HolderRenewals(Engine engine) {
        this.engine = engine;
    }

    /**
     * Asks for one.
     *
     * @param answer completes with what the service found, exceptionally if it is not known; with {@link RenewalOutcome#NOT_HELD} for
     *     a lease that has ended
     */
    void add(HeldLease lease, Duration time, CompletableFuture<RenewalOutcome> answer) {
        asked.add(new Asked(lease, time, answer));
    }

    /** Sends what can be sent now; the end of a renewal that is under way calls again. */
    void goOn(@Nullable HeldLease current) {
        for (Asked next = asked.peek(); next != null; next = asked.peek()) {
            Hold hold = next.lease.hold();
            boolean over = next.lease != current || !hold.isCurrent();
            if (!over && !hold.beginRenewalOrAwaitEnd()) {
                return;
            }
            asked.remove();
            if (over) {
                next.answer.complete(RenewalOutcome.NOT_HELD);
            } else {
                send(next);
            }
        }
    }

    /** On a thread of the engine's own: an exchange that blocks must not hold up the events of the queue. */
    private void send(Asked next) {
        boolean sent = false;
        try {
            engine.environment().io().execute(() -> renew(next));
            sent = true;
        } finally {
            if (!sent) {
                notSent(next);
            }
        }
    }

    private void renew(Asked next) {
        boolean sent = false;
        try {
            engine.renewer().renewForHolder(next.lease.hold(), next.time, Runnable::run, next.answer);
            sent = true;
        } finally {
            if (!sent) {
                notSent(next);
            }
        }
    }

    private static void notSent(Asked next) {
        try {
            next.lease.hold().renewalUnanswered();
        } finally {
            next.answer.completeExceptionally(new IllegalStateException("the renewal could not be sent"));
        }
    }
}
