package dev.pawl.lock.internal;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A request whose caller gets a future. */
final class AsyncWaiter extends Waiter {

    private final Executor callbacks;
    private final CompletableFuture<Lease> future = new CompletableFuture<>();
    private volatile @Nullable Runnable cancelTimeout;
    private final Function<Outcome, Lease> result;

    /**
     * @param result turns an outcome into a lease or throws what the caller is to see
     */
    AsyncWaiter(LockOptions options, boolean patient, long since, Executor callbacks, Function<Outcome, Lease> result) {
        super(options, patient, since);
        this.callbacks = callbacks;
        this.result = result;
    }

    CompletableFuture<Lease> future() {
        return future;
    }

    @Override
    void signal() {
        Runnable cancel = cancelTimeout;
        if (cancel != null) {
            cancel.run();
        }
        callbacks.execute(this::complete);
    }

    /** What depends on the future is the user's code: it runs on a callback thread, never on the backend's. */
    private void complete() {
        Outcome outcome = outcome();
        if (outcome == null || outcome == End.WITHDRAWN) {
            return;
        }
        try {
            Lease lease = result.apply(outcome);
            if (!future.complete(lease)) {
                lease.releaseAsync();
            }
        } catch (RuntimeException e) {
            future.completeExceptionally(e);
        }
    }

    @Override
    boolean isOwnThread(Thread thread) {
        return false;
    }

    /**
     * Ties the future to the queue, both ways: when its time is over the queue is told, and a future that ends by anything but
     * a lease ({@code cancel()}, {@code orTimeout()}, {@code complete()}) withdraws the request.
     */
    void bind(LockQueue queue, Scheduler scheduler, long timeoutNanos) {
        if (timeoutNanos != Long.MAX_VALUE && isWaiting()) {
            Runnable cancel = scheduler.schedule(timeoutNanos, () -> queue.overdue(this));
            cancelTimeout = cancel;
            if (!isWaiting()) {
                cancel.run();
            }
        }
        future.whenComplete((lease, failure) -> {
            if (lease == null || lease != outcome()) {
                queue.withdraw(this);
            }
        });
    }
}
