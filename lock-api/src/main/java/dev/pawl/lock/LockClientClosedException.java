package dev.pawl.lock;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The {@link LockClient} is closed: a request was refused, or was waiting when it closed. The request is undone. */
public final class LockClientClosedException extends LockException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String lockName;

    /** Creates the exception of a call that is for no lock. */
    public LockClientClosedException() {
        super("the lock client is closed", null);
        this.lockName = null;
    }

    /**
     * Creates the exception.
     *
     * @param lockName the lock that was asked for
     */
    public LockClientClosedException(String lockName) {
        super("lock '" + lockName + "': the lock client is closed", null);
        this.lockName = lockName;
    }

    /**
     * The lock that was asked for.
     *
     * @return its name, or empty if the call was for no lock
     */
    public Optional<String> lockName() {
        return Optional.ofNullable(lockName);
    }
}
