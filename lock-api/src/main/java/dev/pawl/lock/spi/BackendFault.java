package dev.pawl.lock.spi;

import dev.pawl.lock.LockBackendException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a backend says when its service cannot be reached, does not answer in time, or refuses. It names the service and what went wrong,
 * and nothing else: the engine knows which lock was asked for, and since when, and makes a {@link LockBackendException} of it.
 *
 * <p>Immutable, but for what every {@link Throwable} lets anybody add.
 */
public final class BackendFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String node;

    /**
     * Creates the fault.
     *
     * @param node host and port of the server that failed, or null where there is no single one
     * @param message a clause that begins with the service's name, as in "Redis at db-1:6379 cannot be reached"
     * @param cause the client library's own exception, or null
     */
    public BackendFault(@Nullable String node, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.node = node;
    }

    /**
     * The server that failed.
     *
     * @return host and port, or empty where there is no single one
     */
    public Optional<String> node() {
        return Optional.ofNullable(node);
    }

    /**
     * The same for a user who has just asked for a connection, when there is no lock to speak of.
     *
     * @param elapsed how long that took
     * @return the exception to throw
     */
    public LockBackendException whileConnecting(Duration elapsed) {
        return new LockBackendException(
                "", elapsed, node, getMessage() + ", after " + elapsed.toMillis() + " ms", getCause());
    }
}
