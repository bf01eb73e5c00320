package dev.pawl.lock.internal;

/** Runs things later, on one thread. Injected, so that tests own the time. */
interface Scheduler {

    /**
     * Runs {@code task} once after {@code delayNanos}; zero and less mean as soon as possible.
     *
     * @return cancels the task if it has not begun
     */
    Runnable schedule(long delayNanos, Runnable task);
}
