package dev.pawl.lock.spi;

/** A monotonic clock. Not related to the time of day. */
@FunctionalInterface
public interface Ticker {

    /** {@link System#nanoTime()}. */
    Ticker SYSTEM = System::nanoTime;

    /**
     * The current reading; only differences between two readings mean anything.
     *
     * @return nanoseconds
     */
    long nanos();
}
