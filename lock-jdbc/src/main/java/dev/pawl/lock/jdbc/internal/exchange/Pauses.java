package dev.pawl.lock.jdbc.internal.exchange;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Short waits in the middle of an exchange. */
public final class Pauses {

    private Pauses() {}

    /** Waits through interrupts, and keeps the thread's interrupt status. */
    public static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        boolean interrupted = false;
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits through interrupts for a permit, until then on the monotonic clock; false if there was none. */
    public static boolean acquire(Semaphore permits, long end) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return permits.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
