package dev.pawl.lock.jdbc;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Short waits in the middle of an exchange. */
final class Pauses {

    private Pauses() {}

    /** Waits through interrupts, and keeps the thread's interrupt status. */
    static void pause(Duration time) {
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
}
