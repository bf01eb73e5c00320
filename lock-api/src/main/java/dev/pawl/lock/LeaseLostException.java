package dev.pawl.lock;

/** The lease is not held any more: the body may not have been alone. */
public final class LeaseLostException extends LockException {

    private static final long serialVersionUID = 1L;

    private final FencingToken token;
    private final LossReason reason;

    /**
     * Creates the exception.
     *
     * @param token the token of the lease
     * @param reason why it is not held
     * @param message what happened
     */
    public LeaseLostException(FencingToken token, LossReason reason, String message) {
        super(message, null);
        this.token = token;
        this.reason = reason;
    }

    /**
     * The lock that is not held any more.
     *
     * @return its name
     */
    public String lockName() {
        return token.lock();
    }

    /**
     * The token of the lease.
     *
     * @return the token
     */
    public FencingToken token() {
        return token;
    }

    /**
     * Why it is not held.
     *
     * @return the reason
     */
    public LossReason reason() {
        return reason;
    }
}
