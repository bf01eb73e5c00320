package dev.pawl.lock;

import java.time.Duration;

/** The lock was still held by others when the time to wait was over. The request is undone. */
public final class LockTimeoutException extends LockException {

    private static final long serialVersionUID = 1L;

    private final String lockName;
    private final Duration elapsed;

    /**
     * Creates the exception.
     *
     * @param lockName the lock that was asked for
     * @param elapsed how long the request had waited
     * @param message what happened
     */
    public LockTimeoutException(String lockName, Duration elapsed, String message) {
        super(message, null);
        this.lockName = lockName;
        this.elapsed = elapsed;
    }

    /**
     * The lock that was asked for.
     *
     * @return its name
     */
    public String lockName() {
        return lockName;
    }

    /**
     * How long the request had waited.
     *
     * @return the time on the monotonic clock
     */
    public Duration elapsed() {
        return elapsed;
    }
}
