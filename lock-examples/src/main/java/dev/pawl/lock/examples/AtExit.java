package dev.pawl.lock.examples;

import java.util.concurrent.atomic.AtomicBoolean;

/** Does something once: when it is closed, or when the JVM ends before that. */
final class AtExit implements AutoCloseable {

    private static volatile boolean exiting;

    private final Thread hook;
    private final AtomicBoolean done = new AtomicBoolean();
    private final Runnable action;

    AtExit(Runnable action) {
        this.action = action;
        this.hook = new Thread(this::exit, "cleans up");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether the JVM is ending, so that what fails now is nobody's concern. */
    static boolean isExiting() {
        return exiting;
    }

    private void exit() {
        exiting = true;
        runOnce();
    }

    private void runOnce() {
        if (done.compareAndSet(false, true)) {
            action.run();
        }
    }

    @Override
    public void close() {
        runOnce();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending, and the hook finds nothing to do.
        }
    }
}
