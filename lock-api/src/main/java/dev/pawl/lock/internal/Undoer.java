package dev.pawl.lock.internal;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
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
    private final boolean endsWithLease;
    private final AtomicInteger unanswered = new AtomicInteger();

    /** What the timer has refused; goes to it again with the next undo. */
    private final Queue<Runnable> stranded = new ConcurrentLinkedQueue<>();

    /**
     * @param endsWithLease whether the service forgets by itself what is not renewed; if not, an undo is tried until the client
     *     closes, and with it the session or connection that keeps what is to be undone
     */
    Undoer(Environment env, Observers observers, boolean endsWithLease) {
        this.env = env;
        this.observers = observers;
        this.endsWithLease = endsWithLease;
    }

    /**
     * Undoes, and goes on trying in the background if that fails.
     *
     * @param keptFor how long the service keeps what is to be undone if nothing reaches it
     * @param action idempotent; told where a blocking client library may run
     * @param blocking where the first try may block
     * @return the outcome of the first try
     */
    <T> CompletableFuture<T> undo(
            String lock, long keptFor, Function<Executor, CompletionStage<T>> action, Executor blocking) {
        CompletableFuture<T> first = new CompletableFuture<>();
        long until = env.ticker().nanos() + keptFor;
        unanswered.incrementAndGet();
        boolean asked = false;
        try {
            retryStranded();
            CompletionStage<T> told = Stages.of(() -> action.apply(blocking)).whenComplete((done, failure) -> {
                unanswered.decrementAndGet();
                if (failure == null) {
                    first.complete(done);
                } else {
                    Throwable cause = Causes.of(failure, "no answer");
                    retryLater(until, action, FIRST_PAUSE, first);
                    first.completeExceptionally(cause);
                    observers.undoFailed(lock, cause);
                }
            });
            asked = true;
            if (told.toCompletableFuture().isDone() && !first.isDone()) {
                // The stack may have ended in what was to tell it.
                retryLater(until, action, FIRST_PAUSE, first);
            }
        } finally {
            if (!asked) {
                unanswered.decrementAndGet();
            }
        }
        return first;
    }

    /** @param first ends with the first confirmation, or when there is nothing left to confirm, should it not have ended before */
    private <T> void retryLater(
            long until, Function<Executor, CompletionStage<T>> action, long pause, CompletableFuture<T> first) {
        if (endsWithLease && env.ticker().nanos() - until >= 0) {
            first.completeExceptionally(new IllegalStateException("no answer until the lease had run out"));
            return;
        }
        Runnable again = () -> Stages.of(() -> action.apply(env.io())).whenComplete((done, failure) -> {
            if (failure == null) {
                first.complete(done);
            } else {
                retryLater(until, action, Math.min(2 * pause, LONGEST_PAUSE), first);
            }
        });
        schedule(pause, again);
    }

    private void schedule(long pause, Runnable again) {
        try {
            env.scheduler().schedule(pause, again);
        } catch (Throwable e) {
            stranded.add(again);
        }
    }

    /** The timer took no more tasks for a moment. */
    private void retryStranded() {
        Runnable again = stranded.poll();
        if (again != null) {
            schedule(FIRST_PAUSE, again);
        }
    }

    /** Waits until every undo had its first answer, or the time is over; an interrupt does not end it. */
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
