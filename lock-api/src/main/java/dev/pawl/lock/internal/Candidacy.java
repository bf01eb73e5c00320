package dev.pawl.lock.internal;

import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One series of attempts under one owner id, from joining the contest to a grant or to leaving.
 *
 * <pre>
 *   fresh ──attempt──▶ attempting ──busy──▶ resting ──┐ a wake-up, or the time to look again
 *                       ▲                             │
 *                       └─────────────────────────────┘
 * </pre>
 *
 * A wake-up that comes while an attempt is under way is kept: the service may have answered before what it tells of.
 * Touched by the events of its {@link LockQueue} only, but for the two signals, which become such events.
 */
final class Candidacy implements Contest {

    private enum Phase {
        FRESH,
        ATTEMPTING,
        RESTING
    }

    private final LockQueue queue;
    private final Engine engine;
    private final LockOptions options;
    private final String owner;
    private final Contender contender;

    private Phase phase = Phase.FRESH;
    private boolean willWait;
    private boolean wokenMeanwhile;
    private long sentAt;
    private @Nullable Runnable cancelLook;

    Candidacy(LockQueue queue, Engine engine, LockOptions options) {
        this.queue = queue;
        this.engine = engine;
        this.options = options;
        this.owner = engine.environment().owners().next();
        this.contender = engine.backend().join(this);
    }

    @Override
    public String name() {
        return queue.name();
    }

    @Override
    public String owner() {
        return owner;
    }

    @Override
    public Duration leaseTime() {
        return options.leaseTime();
    }

    @Override
    public Duration retryCeiling() {
        return options.retryCeiling();
    }

    @Override
    public void wake() {
        queue.wake(this);
    }

    @Override
    public void lost(LossReason reason) {
        queue.taken(this, reason);
    }

    /** Whether a request with these options can be served by this contest. */
    boolean serves(LockOptions wanted) {
        return options.equals(wanted);
    }

    boolean isFresh() {
        return phase == Phase.FRESH;
    }

    boolean isAttempting() {
        return phase == Phase.ATTEMPTING;
    }

    /**
     * Asks the service; the answer goes to the queue.
     *
     * @param behind how many stand behind the first waiter. The block of tokens is measured by them: a token that is reserved
     *     and not used moves the counter ahead of the clock that is its floor when the service loses its data
     */
    void attempt(boolean waits, int behind, Executor blocking) {
        phase = Phase.ATTEMPTING;
        willWait = waits;
        wokenMeanwhile = false;
        stopLooking();
        engine.observers().attempt(name());
        boolean handsOff = options.renewal() && !options.handOffMaxTime().isZero();
        int tokens = handsOff ? 1 + Math.min(options.handOffMaxGrants(), 4 * behind) : 1;
        sentAt = engine.now();
        CompletionStage<Attempt> reply;
        try {
            reply = contender.attempt(waits, tokens, blocking);
        } catch (Throwable e) {
            reply = CompletableFuture.failedStage(e);
        }
        reply.whenComplete((answer, failure) -> queue.answered(this, answer, failure));
    }

    /** A wake-up has come; true if it is time to look now. */
    boolean woken() {
        wokenMeanwhile = true;
        return phase == Phase.RESTING;
    }

    /**
     * The attempt was answered with busy: rests until a wake-up, or until the time that the service named, or the ceiling.
     *
     * @return true if there is no rest: it was woken meanwhile, or must now queue at the service for those who came since
     */
    boolean rest(long retryAfter) {
        phase = Phase.RESTING;
        if (wokenMeanwhile || !willWait) {
            return true;
        }
        long ceiling = options.retryCeiling().toNanos();
        long spread = 1 + Math.min(retryAfter, ceiling) / 8;
        long jitter = engine.environment().random().applyAsLong(spread);
        long delay = retryAfter + spread < ceiling ? retryAfter + jitter : ceiling - jitter;
        cancelLook = engine.environment().scheduler().schedule(delay, this::wake);
        return false;
    }

    private void stopLooking() {
        Runnable cancel = cancelLook;
        if (cancel != null) {
            cancelLook = null;
            cancel.run();
        }
    }

    /** The hold of a grant to this contest, valid from before the attempt was sent. */
    Hold hold(Grant grant) {
        stopLooking();
        return new Hold(engine.environment().ticker(), grant, options, queue, sentAt);
    }

    /** Undoes whatever this series has left at the service. */
    CompletableFuture<Void> leave(Executor blocking) {
        stopLooking();
        return engine.undoer().undo(name(), options.leaseTime().toNanos(), contender::leave, blocking);
    }
}
