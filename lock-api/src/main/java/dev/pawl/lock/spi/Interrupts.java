package dev.pawl.lock.spi;

import java.util.function.Supplier;

/** For backends: runs what a client library would break off, or swallow an interrupt in. Only for what is bounded in time by itself. */
public final class Interrupts {

    private Interrupts() {}

    /**
     * Runs it without the thread's interrupt status, which is there again afterwards.
     *
     * @param bounded what to run
     * @param <T> what it gives
     * @return what it gave
     */
    public static <T> T heldBack(Supplier<T> bounded) {
        boolean interrupted = Thread.interrupted();
        try {
            return bounded.get();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Runs it without the thread's interrupt status, which is there again afterwards.
     *
     * @param bounded what to run
     */
    public static void heldBack(Runnable bounded) {
        boolean unused = heldBack(() -> {
            bounded.run();
            return true;
        });
    }
}
