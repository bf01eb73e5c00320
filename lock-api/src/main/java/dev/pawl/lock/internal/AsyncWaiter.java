package dev.pawl.lock.internal;

import dev.pawl.lock.LockOptions;
import dev.pawl.lock.WaitOutcome;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A request whose caller gets a future.
 *
 * @param <T> what the future completes with
 */
final class AsyncWaiter<T> extends Waiter {

    private final Environment env;
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private volatile @Nullable Runnable cancelLook;
    private final BiFunction<Waiter, Outcome, T> result;
    private volatile boolean told;

    /** What the future is to be completed with; anything else in it came from somebody else. */
    private volatile @Nullable T given;

    /**
     * @param result turns an outcome into what the caller is given, or throws what the caller is to see
     */
    AsyncWaiter(
            LockOptions options, boolean patient, long since, Environment env, BiFunction<Waiter, Outcome, T> result) {
        super(options, patient, since);
        this.env = env;
        this.result = result;
    }

    CompletableFuture<T> future() {
        return future;
    }

    /** Without a thread to tell it the timer tries again, and without a timer it is told here: better so than never. */
    @Override
    void signal() {
        try {
            env.callbacks().execute(this::complete);
            told = true;
        } catch (Throwable e) {
            try {
                env.scheduler().schedule(LOOK, this::signal);
            } catch (Throwable noTimer) {
                complete();
            }
        }
    }

    /** What depends on the future is the user's code: it runs on a callback thread, never on the backend's. */
    private void complete() {
        Outcome outcome = outcome();
        if (outcome == null || outcome == End.WITHDRAWN) {
            return;
        }
        try {
            T mine = result.apply(this, outcome);
            given = mine;
            future.complete(mine);
        } catch (RuntimeException | Error e) {
            future.completeExceptionally(e);
        }
    }

    /** With the result, on the callback thread. */
    @Override
    public boolean willTell() {
        return outcome() != End.WITHDRAWN;
    }

    @Override
    WaitOutcome withdrawn() {
        return WaitOutcome.CANCELLED;
    }

    @Override
    boolean isOwnThread(Thread thread) {
        return false;
    }

    /**
     * Ties the future to the queue, both ways: when its time is over the queue is told, and a future that ends by anything
     * but its own outcome ({@code cancel()}, {@code orTimeout()}, {@code complete()}) withdraws the request.
     */
    void bind(LockQueue queue, long timeoutNanos) {
        if (timeoutNanos != Long.MAX_VALUE && isWaiting()) {
            look(queue, timeoutNanos, 0);
        }
        future.whenComplete((value, failure) -> {
            cancelLook();
            if (value == null || value != given) {
                queue.withdraw(this);
            }
        });
    }

    /** Looks after the request when its time is over, and from then on until the future has ended. */
    private void look(LockQueue queue, long delay, long over) {
        cancelLook = env.scheduler().schedule(delay, () -> {
            try {
                if (isWaiting()) {
                    giveUpAfter(over);
                    queue.overdue(this);
                } else if (!told) {
                    signal();
                }
            } finally {
                lookAgain(queue, over + LOOK);
            }
        });
        if (told) {
            cancelLook();
        }
    }

    /** Without the timer nobody would look any more. */
    private void lookAgain(LockQueue queue, long over) {
        try {
            if (!told) {
                look(queue, LOOK, over);
            }
        } catch (Throwable e) {
            end(new Failed(e));
        }
    }

    private void cancelLook() {
        Runnable cancel = cancelLook;
        if (cancel != null) {
            cancel.run();
        }
    }
}
