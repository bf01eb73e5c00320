package dev.pawl.lock.zookeeper;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Time limits and pauses without a thread of our own: the JDK has one timer for all futures. Nothing that runs here blocks. */
final class Pauses {

    private static final long FIRST = 20;
    private static final long LONGEST = 500;

    private Pauses() {}

    /** How long to wait before the next try, in milliseconds, when the last pause was this one; 0 before the first. */
    static long next(long last) {
        return last == 0 ? FIRST : Math.min(2 * last, LONGEST);
    }

    static <T> CompletableFuture<T> after(long millis, Supplier<CompletableFuture<T>> action) {
        return CompletableFuture.supplyAsync(
                        action, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, Runnable::run))
                .thenCompose(next -> next);
    }

    /** The same result, or a {@link java.util.concurrent.TimeoutException}; what was begun goes on. */
    static <T> CompletableFuture<T> within(Duration limit, CompletableFuture<T> running) {
        return running.isDone() ? running : running.copy().orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS);
    }
}
