package dev.pawl.lock.internal;

import dev.pawl.lock.Capability;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One lease on a {@link Hold}.
 *
 * <pre>
 *            ┌── release ──▶ RELEASED ── the service says that it was gone before ──┐
 *   held ────┤                                                                      ▼
 *            └── loss ───────────────────────────────────────────────────────▶ lost(why)   final; the first close throws
 * </pre>
 */
final class HeldLease implements Lease, Waiter.Outcome, Observers.Teller {

    /** The longest that {@link #close()} waits for the backend. */
    static final long CLOSE_WAIT = 5_000_000_000L;

    /** How often a closing thread asks again meanwhile: an error may have kept the news from it. */
    private static final long ASK_AGAIN = 250_000_000L;

    /** How long a lease waits to be taken by whom it was made for; who has not come by then was thrown out on the way. */
    private static final long UNTAKEN = 10_000_000_000L;

    private final Hold hold;
    private final FencingToken token;
    private final Engine engine;
    private final long since;

    /** Null while held; then why it ended, {@link LossReason#RELEASED} included. */
    private final AtomicReference<@Nullable LossReason> end = new AtomicReference<>();

    /** The answer to the first who closes it, for all; null while nobody has. */
    private final AtomicReference<@Nullable CompletableFuture<Void>> closing = new AtomicReference<>();

    private final Queue<Consumer<LeaseLostEvent>> onLost = new ConcurrentLinkedQueue<>();
    private volatile @Nullable LeaseLostEvent loss;

    /** When it was closed; written once, before the release is sent. */
    private long closedAt;

    /** What the service will say of the release; null until it was sent, and if the hold was handed on. */
    private volatile @Nullable CompletableFuture<ReleaseOutcome> sent;

    private boolean releaseTold;

    /** Whether {@link #close()} waits for nothing any more. */
    private volatile boolean closerLeft;

    private volatile @Nullable Thread acquirer;

    /** Whether it has reached a user. */
    private volatile boolean taken;

    /** Whether whoever it was for does not want it. */
    private volatile boolean unwanted;

    HeldLease(Hold hold, Engine engine) {
        this.hold = hold;
        this.token = hold.token();
        this.engine = engine;
        this.since = engine.now();
    }

    Hold hold() {
        return hold;
    }

    long heldFor() {
        return engine.now() - since;
    }

    void acquiredBy(Thread thread) {
        acquirer = thread;
    }

    /** The name of the thread that acquired it. */
    String thread() {
        Thread thread = acquirer;
        return thread == null ? "" : thread.getName();
    }

    void taken() {
        taken = true;
    }

    /** Whether a user had it, and may have worked under it. */
    boolean wasUsed() {
        return taken && !unwanted;
    }

    /** Gives it back as if it had never been granted: whoever it was for does not want it. The answer comes on any thread. */
    CompletableFuture<Void> discard() {
        unwanted = true;
        return release();
    }

    /** Whether nobody has it: it has ended, or whoever it was for has not taken it and never will. */
    boolean isForsaken() {
        return end.get() != null || (!taken && heldFor() > UNTAKEN);
    }

    @Override
    public String name() {
        return token.lock();
    }

    @Override
    public FencingToken token() {
        return token;
    }

    @Override
    public boolean isValid() {
        return end.get() == null && hold.isCurrent();
    }

    @Override
    public Duration remaining() {
        return end.get() == null ? Duration.ofNanos(hold.remaining()) : Duration.ZERO;
    }

    @Override
    public void ensureValid() {
        if (!isValid()) {
            throw lostException();
        }
    }

    // --- loss --------------------------------------------------------------------------------------------------

    /** The clock may know of the loss before the timer has told it. */
    private void noticeLapse() {
        if (!hold.isCurrent()) {
            LossReason why = hold.lapseReason();
            if (lose(why)) {
                hold.queue().lost(hold, why);
            }
        }
    }

    /** Marks the lease lost and tells who wants to know; false if it had ended before. */
    boolean lose(LossReason why) {
        return lose(null, why);
    }

    /**
     * The service has said, while the time of the hold was still running, that it was gone before its release reached it: the
     * body may not have been alone. If the time is over by now, it may have run out on the way, and the body had ended by then.
     */
    boolean loseAtRelease(LossReason why) {
        return why != LossReason.CLIENT_CLOSED && hold.isCurrent() && lose(LossReason.RELEASED, why);
    }

    private boolean lose(@Nullable LossReason before, LossReason why) {
        LeaseLostEvent event = new LeaseLostEvent(token, why, Duration.ofNanos(heldFor()));
        if (!end.compareAndSet(before, why)) {
            return false;
        }
        loss = event;
        engine.observers().lost(event);
        if (!onLost.isEmpty()) {
            engine.environment().alarms().execute(() -> tellLoss(event));
        }
        return true;
    }

    @Override
    public void onLost(Consumer<LeaseLostEvent> action) {
        Objects.requireNonNull(action, "action");
        noticeLapse();
        onLost.add(action);
        LeaseLostEvent event = loss;
        if (event != null) {
            tellLoss(event);
        }
    }

    /** Each action is taken from the queue once, whether the loss or the registration came first. */
    private void tellLoss(LeaseLostEvent event) {
        Consumer<LeaseLostEvent> action = onLost.poll();
        while (action != null) {
            Consumer<LeaseLostEvent> told = action;
            Observers.guarded("onLost action of " + title(), () -> told.accept(event));
            action = onLost.poll();
        }
    }

    private String title() {
        return hold.queue().claim().title(name());
    }

    private LeaseLostException lostException() {
        LossReason end = this.end.get();
        LossReason why = end == null ? hold.lapseReason() : end;
        String what = why == LossReason.RELEASED ? "was released" : "was lost (" + why + ")";
        return new LeaseLostException(
                token,
                why,
                title() + ": the lease with token " + token.value() + " " + what + ", " + heldFor() / 1_000_000
                        + " ms after it was acquired");
    }

    // --- renewal -----------------------------------------------------------------------------------------------

    @Override
    public Duration renew(Duration leaseTime) {
        engine.guarantees().ensure(Capability.RENEW);
        Terms.checkLeaseTime(leaseTime);
        long since = engine.now();
        ensureValid();
        return renewed(beginToRenew(leaseTime), since);
    }

    /**
     * The time is in range, and the backend can. Begins on the timer's thread: the stack of the caller may be at its end, and what is
     * thrown after a renewal has begun would keep all others from the hold. To give the timer a task takes no lock.
     */
    CompletableFuture<RenewalOutcome> beginToRenew(Duration leaseTime) {
        CompletableFuture<RenewalOutcome> answer = new CompletableFuture<>();
        engine.environment().scheduler().schedule(0, () -> hold.queue().renew(this, leaseTime, answer));
        return answer;
    }

    /** Waits for what {@link #beginToRenew} began: the backend bounds an exchange, and two are the most that it waits for. */
    Duration renewed(CompletableFuture<RenewalOutcome> answer, long since) {
        for (long waited = 0; waited < Waiter.ANSWER_WAIT && !answer.isDone(); waited += ASK_AGAIN) {
            Waits.quietly(answer, ASK_AGAIN);
            if (!answer.isDone()) {
                hold.queue().goOn();
            }
        }
        Throwable failure = answer.isDone() ? null : new IllegalStateException("the backend has not answered");
        try {
            RenewalOutcome found = answer.getNow(RenewalOutcome.UNKNOWN);
            if (found == RenewalOutcome.NOT_HELD || found == RenewalOutcome.TAKEN) {
                lose(found == RenewalOutcome.TAKEN ? LossReason.TAKEN_OVER : LossReason.EXPIRED);
            }
        } catch (CompletionException e) {
            failure = Causes.of(e, "no answer");
        }
        noticeLapse();
        engine.observers().tell(name());
        Duration left = remaining();
        if (left.isZero()) {
            LeaseLostException lost = lostException();
            if (failure != null) {
                lost.addSuppressed(failure);
            }
            throw lost;
        }
        if (failure != null) {
            throw engine.backendFailure(hold.queue().claim(), name(), since, failure);
        }
        return left;
    }

    // --- release -----------------------------------------------------------------------------------------------

    @Override
    public void close() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        if (closing.compareAndSet(null, answer)) {
            release(Thread.currentThread(), answer);
            await(answer);
            tellNews();
            if (end.get() != LossReason.RELEASED) {
                throw lostException();
            }
        }
    }

    private void await(CompletableFuture<Void> answer) {
        for (long waited = 0; waited < CLOSE_WAIT && !answer.isDone(); waited += ASK_AGAIN) {
            Waits.quietly(answer, ASK_AGAIN);
            if (!answer.isDone()) {
                askAgain(answer);
            }
        }
    }

    private void askAgain(CompletableFuture<Void> answer) {
        CompletableFuture<ReleaseOutcome> release = sent;
        if (release == null) {
            hold.queue().release(this, null, listening(answer));
        } else if (release.isDone()) {
            release.whenComplete((found, failure) -> answered(answer, found, failure));
        }
    }

    /** The queue has sent the release to the service. */
    void sent(CompletableFuture<ReleaseOutcome> release) {
        sent = release;
    }

    /** What the service finds ends the answer. */
    private CompletableFuture<ReleaseOutcome> listening(CompletableFuture<Void> answer) {
        CompletableFuture<ReleaseOutcome> done = new CompletableFuture<>();
        done.whenComplete((found, failure) -> answered(answer, found, failure));
        return done;
    }

    /** Each caller gets a future of its own: it may be ended by hand, and what depends on it runs on a callback thread. */
    @Override
    public CompletableFuture<Void> releaseAsync() {
        return Stages.copy(release(), engine.environment().callbacks(), this::tellNews);
    }

    /** As {@link #releaseAsync}, but the answer comes on any thread, the backend's among them. Not for users. */
    CompletableFuture<Void> release() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        if (!closing.compareAndSet(null, answer)) {
            CompletableFuture<Void> first = closing.get();
            return first != null ? first : release();
        }
        release(null, answer);
        return answer;
    }

    /** As {@link #give}; if that throws, the lease may be closed once more. */
    private void release(@Nullable Thread waiting, CompletableFuture<Void> answer) {
        boolean given = false;
        try {
            give(waiting, answer);
            given = true;
        } finally {
            if (!given) {
                closing.set(null);
            }
        }
    }

    /** Gives the hold back, and completes the answer whichever way it ends. */
    private void give(@Nullable Thread waiting, CompletableFuture<Void> answer) {
        noticeLapse();
        if (!end.compareAndSet(null, LossReason.RELEASED) && end.get() != LossReason.RELEASED) {
            answer.completeExceptionally(lostException());
            return;
        }
        closedAt = engine.now();
        hold.queue().release(this, waiting, listening(answer));
    }

    /** What the first request to release has found. Of later ones "not held" means nothing: the first may have done it. */
    private void answered(CompletableFuture<Void> answer, @Nullable ReleaseOutcome found, @Nullable Throwable failure) {
        if (found == ReleaseOutcome.NOT_HELD) {
            loseAtRelease(LossReason.EXPIRED);
        }
        if (end.get() != LossReason.RELEASED) {
            answer.completeExceptionally(lostException());
            return;
        }
        tellReleased();
        if (failure == null) {
            answer.complete(null);
        } else {
            answer.completeExceptionally(
                    engine.backendFailure(hold.queue().claim(), name(), closedAt, Causes.of(failure, "no answer")));
        }
    }

    /** Once: before the next lease of the hold if it was handed on, otherwise when the service has answered. */
    void tellReleased() {
        if (!releaseTold) {
            releaseTold = true;
            engine.observers().released(token, closedAt - since, this);
        }
    }

    /** The closing thread tells listeners itself, as long as it is there; an asynchronous release does it on a callback thread. */
    @Override
    public boolean willTell() {
        return !closerLeft;
    }

    /** On a thread that may run users' code. */
    void tellNews() {
        closerLeft = true;
        engine.observers().tell(name());
    }
}
