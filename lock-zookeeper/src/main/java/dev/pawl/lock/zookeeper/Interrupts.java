package dev.pawl.lock.zookeeper;

import java.util.function.Supplier;

/** Runs what a client library would break off, or swallow an interrupt in. Only for what is bounded in time by itself. */
final class Interrupts {

    private Interrupts() {}

    /** Runs it without the thread's interrupt status, which is there again afterwards. */
    static <T> T heldBack(Supplier<T> bounded) {
        boolean interrupted = Thread.interrupted();
        try {
            return bounded.get();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs it without the thread's interrupt status, which is there again afterwards. */
    static void heldBack(Runnable bounded) {
        boolean unused = heldBack(() -> {
            bounded.run();
            return true;
        });
    }
}
