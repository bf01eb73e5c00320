package dev.pawl.lock.redlock;

/** Runs something later. */
@FunctionalInterface
interface Timer {

    /** Runs it after that many nanoseconds, on a thread that must not be kept. */
    void after(long nanos, Runnable action);
}
