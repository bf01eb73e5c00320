package dev.pawl.lock.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Bounded waits that an interrupt does not end. */
final class Waits {

    private Waits() {}

    /** Waits until the future has ended, whichever way; restores the interrupt status. For what ends in bounded time by itself. */
    static void quietly(CompletableFuture<?> future) {
        quietly(future, Long.MAX_VALUE);
    }

    /** Waits until the future has ended, whichever way, or the time is over; restores the interrupt status. */
    static void quietly(CompletableFuture<?> future, long nanos) {
        boolean interrupted = false;
        long start = System.nanoTime();
        while (!future.isDone()) {
            try {
                future.get(nanos - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                break;
            } catch (TimeoutException e) {
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
