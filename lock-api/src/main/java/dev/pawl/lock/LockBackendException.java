package dev.pawl.lock;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The lock service could not be reached, did not answer in time, or refused. Says nothing of whether the lock is held by
 * another. The request is undone; what cannot be undone because the service is away ends with the lease.
 */
public final class LockBackendException extends LockException {

    private static final long serialVersionUID = 1L;

    private final String lockName;
    private final Duration elapsed;
    private final @Nullable String node;

    /**
     * Creates the exception.
     *
     * @param lockName the lock that was asked for; empty if the call was for none
     * @param elapsed how long the request had lasted
     * @param node the server that failed, where that is known
     * @param message what happened
     * @param cause the client library's own exception
     */
    public LockBackendException(
            String lockName, Duration elapsed, @Nullable String node, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.lockName = lockName;
        this.elapsed = elapsed;
        this.node = node;
    }

    /**
     * The lock that was asked for.
     *
     * @return its name, or empty if the call was for no lock
     */
    public Optional<String> lockName() {
        return lockName.isEmpty() ? Optional.empty() : Optional.of(lockName);
    }

    /**
     * How long the request had lasted.
     *
     * @return the time on the monotonic clock
     */
    public Duration elapsed() {
        return elapsed;
    }

    /**
     * The server that failed.
     *
     * @return host and port, or empty where there is no single one
     */
    public Optional<String> node() {
        return Optional.ofNullable(node);
    }
}
