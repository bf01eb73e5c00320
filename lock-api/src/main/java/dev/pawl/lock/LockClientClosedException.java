package dev.pawl.lock;

/** The {@link LockClient} is closed: a request was refused, or was waiting when it closed. The request is undone. */
public final class LockClientClosedException extends LockException {

    private static final long serialVersionUID = 1L;

    private final String lockName;

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
     * @return its name
     */
    public String lockName() {
        return lockName;
    }
}
