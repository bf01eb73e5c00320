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
import java.util.concurrent.atomic.AtomicBoolean;
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
    private static final long CLOSE_WAIT = 5_000_000_000L;

    private final Hold hold;
    private final FencingToken token;
    private final Engine engine;
    private final long since;

    /** Null while held; then why it ended, {@link LossReason#RELEASED} included. */
    private final AtomicReference<@Nullable LossReason> end = new AtomicReference<>();

    private final AtomicBoolean closed = new AtomicBoolean();
    private final Queue<Consumer<LeaseLostEvent>> onLost = new ConcurrentLinkedQueue<>();
    private volatile @Nullable LeaseLostEvent loss;

    /** What {@link #releaseAsync()} has told; complete when the lease was closed otherwise. */
    private volatile CompletableFuture<Void> told = CompletableFuture.completedFuture(null);

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
            LossReason why = end.get();
            throw lostException(why == null ? hold.lapseReason() : why);
        }
    }

    // --- loss --------------------------------------------------------------------------------------------------

    /** Marks the lease lost and tells who wants to know; false if it had ended before. */
    boolean lose(LossReason why) {
        LeaseLostEvent event = new LeaseLostEvent(token, why, Duration.ofNanos(heldFor()));
        if (!end.compareAndSet(null, why)) {
            return false;
        }
        loss = event;
        engine.observers().lost(event);
        if (!onLost.isEmpty()) {
            engine.environment().callbacks().execute(() -> tellLoss(event));
        }
        return true;
    }

    @Override
    public void onLost(Consumer<LeaseLostEvent> action) {
        Objects.requireNonNull(action, "action");
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

    private LeaseLostException lostException(LossReason why) {
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
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        CompletableFuture<Void> done = release(Thread.currentThread());
        if (done != null) {
            Waits.quietly(done, CLOSE_WAIT);
        } else {
            throw lostException(Objects.requireNonNull(end.get()));
        }
    }

    @Override
    public CompletableFuture<Void> releaseAsync() {
        if (!closed.compareAndSet(false, true)) {
            return told.copy();
        }
        CompletableFuture<Void> done = release(null);
        if (done == null) {
            return CompletableFuture.failedFuture(lostException(Objects.requireNonNull(end.get())));
        }
        CompletableFuture<Void> answer = done.handleAsync(
                (nothing, failure) -> {
                    if (failure != null) {
                        throw engine.backendFailure(name(), since, Causes.of(failure, "no answer"));
                    }
                    return null;
                },
                engine.environment().callbacks());
        told = answer;
        return answer.copy();
    }

    /** Gives the hold back; null if the lease was lost before. */
    private @Nullable CompletableFuture<Void> release(@Nullable Thread waiting) {
        if (!hold.isCurrent() && lose(hold.lapseReason())) {
            hold.queue().lost(hold, hold.lapseReason());
        }
        if (!end.compareAndSet(null, LossReason.RELEASED)) {
            return null;
        }
        return hold.queue().release(this, waiting);
    }
}
