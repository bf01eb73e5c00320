package dev.pawl.lock.internal;

import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
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

    private static final Duration SHORTEST_REST = Duration.ofMillis(1);
    private static final long LATE = 1_000_000_000L;

    private Phase phase = Phase.FRESH;
    private boolean answered;
    private boolean willWait;
    private boolean wokenMeanwhile;
    private long sentAt;
    private @Nullable Runnable cancelLook;

    /** When to look at the latest while it rests; the timer may have lost it. */
    private long restsUntil;

    /** The answer until the queue has seen it: the event that tells of it may be lost, so every event may look. */
    private volatile boolean unseen;

    private @Nullable Attempt answer;
    private @Nullable Throwable failure;

    Candidacy(LockQueue queue, Engine engine, LockOptions options) {
        this.queue = queue;
        this.engine = engine;
        this.options = options;
        this.owner = engine.environment().owners().next();
        this.contender = Objects.requireNonNull(engine.backend().join(this), "the backend gave null");
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
    public String holder() {
        return engine.holder();
    }

    @Override
    public Duration leaseTime() {
        return Terms.leaseTime(options);
    }

    @Override
    public Duration retryCeiling() {
        return options.retryCeiling();
    }

    @Override
    public Mode mode() {
        return queue.claim().mode();
    }

    @Override
    public int permits() {
        return queue.claim().permits();
    }

    @Override
    public int limit() {
        return queue.claim().limit();
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
        return Terms.areAlike(options, wanted);
    }

    /** Whether it has never asked, or should have asked again by now. */
    boolean isToLook() {
        return phase == Phase.FRESH || (phase == Phase.RESTING && engine.now() - restsUntil > LATE);
    }

    boolean isAttempting() {
        return phase == Phase.ATTEMPTING;
    }

    /** Whether the service has said at least once that another has the lock. */
    boolean wasAnswered() {
        return answered;
    }

    /** Asks the service; the answer goes to the queue. */
    void attempt(boolean waits, boolean othersWait, Executor blocking) {
        phase = Phase.ATTEMPTING;
        willWait = waits;
        wokenMeanwhile = false;
        unseen = false;
        stopLooking();
        int tokens = block(othersWait);
        sentAt = engine.now();
        Stages.of(() -> contender.attempt(waits, tokens, blocking)).whenComplete(this::answer);
    }

    private void answer(@Nullable Attempt reply, @Nullable Throwable fault) {
        answer = reply;
        failure = fault;
        unseen = true;
        queue.answered(this);
    }

    /**
     * Whether there is an answer that the queue has not seen; it has, once this was true. Where there is none nothing is written: the
     * answer may be coming at this moment, and would be overlooked for ever.
     */
    boolean seesAnswer() {
        if (!unseen) {
            return false;
        }
        unseen = false;
        return true;
    }

    @Nullable
    Attempt answer() {
        return answer;
    }

    /** Who has the lock, as the last answer has told; null if there was none, or it did not tell. */
    @Nullable
    LockInfo holderBefore() {
        return answer instanceof Attempt.Busy busy ? busy.holder().orElse(null) : null;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** How many tokens to ask for: as many as hand-off may use, if there is anyone to hand off to. */
    private int block(boolean othersWait) {
        boolean handsOff = othersWait
                && Terms.canHandOff(options)
                && !options.handOffMaxTime().isZero();
        return handsOff ? 1 + options.handOffMaxGrants() : 1;
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
    boolean rest(Duration retryAfter) {
        phase = Phase.RESTING;
        answered = true;
        if (wokenMeanwhile || !willWait) {
            return true;
        }
        long rest = untilNextLook(retryAfter);
        restsUntil = engine.now() + rest;
        cancelLook = engine.environment().scheduler().schedule(rest, this::wake);
        return false;
    }

    /** A little after the time that the service named, or a little before the ceiling: many who were told the same spread out. */
    private long untilNextLook(Duration retryAfter) {
        Duration ceiling = options.retryCeiling();
        Duration least = retryAfter.compareTo(SHORTEST_REST) < 0 ? SHORTEST_REST : retryAfter;
        boolean early = least.compareTo(ceiling) < 0;
        long rest = (early ? least : ceiling).toNanos();
        long jitter = engine.environment().random().applyAsLong(1 + rest / 8);
        return early ? Math.min(rest + jitter, ceiling.toNanos()) : rest - jitter;
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
        if (grant.firstToken() < 1 || grant.tokens() < 1 || grant.validFor().compareTo(Duration.ZERO) <= 0) {
            throw new IllegalStateException("the backend granted no token or no time: " + grant.tokens() + " from "
                    + grant.firstToken() + ", for " + grant.validFor());
        }
        if (grant.contest() == null) {
            throw new IllegalStateException("the backend granted a contest of nobody");
        }
        stopLooking();
        return new Hold(engine.environment().ticker(), grant, options, queue, sentAt);
    }

    /** Undoes whatever this series has left at the service. */
    CompletableFuture<Void> leave(Executor blocking) {
        stopLooking();
        return engine.undoer().undo(name(), leaseTime().toNanos(), contender::leave, blocking);
    }
}
