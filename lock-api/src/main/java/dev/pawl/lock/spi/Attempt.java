package dev.pawl.lock.spi;

import java.time.Duration;

/** The answer to one attempt. */
public sealed interface Attempt {

    /**
     * The lock is held by this contest.
     *
     * @param grant the hold
     */
    record Granted(Grant grant) implements Attempt {}

    /**
     * Another has the lock, or is before us.
     *
     * @param retryAfter when it may be free without a wake-up, such as the rest of the holder's lease; the engine looks again
     *     then or after the retry ceiling, whichever is sooner
     */
    record Busy(Duration retryAfter) implements Attempt {}
}
