package dev.pawl.lock.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Bounded waits that an interrupt does not end. */
final class Waits {

    private Waits() {}

    /** Waits until the future has ended, whichever way, or the time is over; restores the interrupt status. */
    static void quietly(CompletableFuture<?> future, long nanos) {
        boolean interrupted = false;
        long end = System.nanoTime() + nanos;
        while (!future.isDone()) {
            try {
                future.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
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
