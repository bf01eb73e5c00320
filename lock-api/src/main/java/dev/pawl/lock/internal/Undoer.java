package dev.pawl.lock.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Takes things back from the service: releases and withdrawals. What the service does not confirm is tried again until its
 * lease must have run out there; then nothing of it can be left.
 */
final class Undoer {

    private static final long FIRST_PAUSE = 50_000_000;
    private static final long LONGEST_PAUSE = 1_000_000_000;

    private final Environment env;
    private final Observers observers;
    private final AtomicInteger unanswered = new AtomicInteger();

    Undoer(Environment env, Observers observers) {
        this.env = env;
        this.observers = observers;
    }

    /**
     * Undoes, and goes on trying in the background if that fails.
     *
     * @param keptFor how long the service keeps what is to be undone if nothing reaches it
     * @param action idempotent; told where a blocking client library may run
     * @param blocking where the first try may block
     * @return the outcome of the first try
     */
    CompletableFuture<Void> undo(
            String lock, long keptFor, Function<Executor, CompletionStage<?>> action, Executor blocking) {
        CompletableFuture<Void> first = new CompletableFuture<>();
        unanswered.incrementAndGet();
        long until = env.ticker().nanos() + keptFor;
        call(action, blocking).whenComplete((done, failure) -> {
            unanswered.decrementAndGet();
            if (failure == null) {
                first.complete(null);
            } else {
                Throwable cause = Causes.of(failure, "no answer");
                observers.undoFailed(lock, cause);
                first.completeExceptionally(cause);
                retryLater(lock, until, action, FIRST_PAUSE);
            }
        });
        return first;
    }

    private void retryLater(String lock, long until, Function<Executor, CompletionStage<?>> action, long pause) {
        if (env.ticker().nanos() - until >= 0) {
            return;
        }
        env.scheduler()
                .schedule(
                        pause,
                        () -> call(action, env.callbacks()).whenComplete((done, failure) -> {
                            if (failure != null) {
                                retryLater(lock, until, action, Math.min(2 * pause, LONGEST_PAUSE));
                            }
                        }));
    }

    private static CompletionStage<?> call(Function<Executor, CompletionStage<?>> action, Executor blocking) {
        try {
            return action.apply(blocking);
        } catch (Throwable e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** Waits until every undo had its first answer, or the time is over. */
    void await(long nanos) {
        long end = System.nanoTime() + nanos;
        boolean interrupted = false;
        while (unanswered.get() > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(this, 500_000);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
