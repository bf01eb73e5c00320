package dev.pawl.lock.internal;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LossReason;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One lease on a {@link Hold}.
 *
 * <pre>
 *            ┌── release ──▶ RELEASED                      final
 *   held ────┤
 *            └── loss ─────▶ lost(why) ── close ──▶ (throws once, then quiet)
 * </pre>
 */
final class HeldLease implements Lease, Waiter.Outcome {

    /** The longest that {@link #close()} waits for the backend. */
    static final long CLOSE_WAIT = 5_000_000_000L;

    private final Hold hold;
    private final FencingToken token;
    private final Engine engine;
    private final long since;

    /** Null while held; then why it ended, {@link LossReason#RELEASED} included. */
    private final AtomicReference<@Nullable LossReason> end = new AtomicReference<>();

    /** Who closed it first, and what it told others; null while nobody has. */
    private final AtomicReference<@Nullable CompletableFuture<Void>> closing = new AtomicReference<>();

    private final Queue<Consumer<LeaseLostEvent>> onLost = new ConcurrentLinkedQueue<>();
    private volatile @Nullable LeaseLostEvent loss;

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
        LeaseLostEvent event = new LeaseLostEvent(token, why, Duration.ofNanos(heldFor()));
        if (!end.compareAndSet(null, why)) {
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
            Observers.guarded("onLost action of lock '" + name() + "'", () -> told.accept(event));
            action = onLost.poll();
        }
    }

    private LeaseLostException lostException() {
        LossReason end = this.end.get();
        LossReason why = end == null ? hold.lapseReason() : end;
        String what = why == LossReason.RELEASED ? "was released" : "was lost (" + why + ")";
        return new LeaseLostException(
                token,
                why,
                "lock '" + name() + "': the lease with token " + token.value() + " " + what + ", "
                        + heldFor() / 1_000_000 + " ms after it was acquired");
    }

    // --- release -----------------------------------------------------------------------------------------------

    @Override
    public void close() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        if (closing.compareAndSet(null, answer)) {
            if (!release(Thread.currentThread(), answer)) {
                throw lostException();
            }
            Waits.quietly(answer, CLOSE_WAIT);
        }
    }

    @Override
    public CompletableFuture<Void> releaseAsync() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        if (!closing.compareAndSet(null, answer)) {
            return Objects.requireNonNull(closing.get());
        }
        release(null, answer);
        return answer;
    }

    /** Gives the hold back, and completes the answer whichever way it ends; false if the lease was lost before. */
    private boolean release(@Nullable Thread waiting, CompletableFuture<Void> answer) {
        noticeLapse();
        if (!end.compareAndSet(null, LossReason.RELEASED)) {
            answer.completeExceptionally(lostException());
            return false;
        }
        long asked = engine.now();
        Executor teller = waiting == null ? engine.environment().callbacks() : Runnable::run;
        CompletableFuture<Void> done = new CompletableFuture<>();
        done.whenCompleteAsync((nothing, failure) -> tell(answer, failure, asked), teller);
        hold.queue().release(this, waiting, done);
        return true;
    }

    private void tell(CompletableFuture<Void> answer, @Nullable Throwable failure, long asked) {
        if (failure == null) {
            answer.complete(null);
        } else {
            answer.completeExceptionally(engine.backendFailure(name(), asked, Causes.of(failure, "no answer")));
        }
    }
}
