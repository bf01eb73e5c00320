package dev.pawl.lock;

/** A resource has refused a write: somebody with a newer token was there before. The writer's lease is lost. */
public final class StaleTokenException extends LockException {

    private static final long serialVersionUID = 1L;

    private final FencingToken token;
    private final long newest;

    /**
     * Creates the exception.
     *
     * @param token the token that was refused
     * @param newest the newest that the resource has seen
     */
    public StaleTokenException(FencingToken token, long newest) {
        this(
                token,
                newest,
                "lock '" + token.lock() + "': token " + token.value() + " is stale, the newest seen here is " + newest
                        + "; nothing was written. The lease of this writer was lost: acquire again, and read again what it"
                        + " was about to write");
    }

    /**
     * Creates the exception, for a guard that knows more than that.
     *
     * @param token the token that was refused
     * @param newest the newest that the resource has seen
     * @param message what happened
     */
    public StaleTokenException(FencingToken token, long newest, String message) {
        super(message, null);
        this.token = token;
        this.newest = newest;
    }

    /**
     * The lock that was lost.
     *
     * @return its name
     */
    public String lockName() {
        return token.lock();
    }

    /**
     * The token that was refused.
     *
     * @return the token
     */
    public FencingToken token() {
        return token;
    }

    /**
     * The newest token that the resource has seen.
     *
     * @return its value
     */
    public long newest() {
        return newest;
    }
}
