package dev.pawl.lock;

/**
 * What some backends can do and others cannot. Ask {@link Guarantees#supports}; a call that needs what is not there is refused by a
 * {@link LockConfigException} before anything is sent.
 */
public enum Capability {
    /** To say who holds a lock. */
    INSPECT("ask LockClient.held() of each process what it holds"),
    /** To say which names are held now. */
    LIST("ask LockClient.held() of each process what it holds"),
    /** To take a lock away so that two never hold it. */
    REVOKE("stop the process that holds it"),
    /** To free a lock at once. */
    FORCE_RELEASE("stop the process that holds it"),
    /** To change the time of one lease while it is held. */
    RENEW("set LockOptions.leaseTime before you acquire"),
    /** To keep a lock for a time after its holder has let it go. */
    HOLD_AT_LEAST("keep the lease open for as long as nobody else may have it"),
    /** To let up to a number of holders have a name at once. */
    SEMAPHORE("take a lock, or one of several names"),
    /** To let several read while nobody writes. */
    READ_WRITE_LOCK("take the lock for reading too");

    private final String alternative;

    Capability(String alternative) {
        this.alternative = alternative;
    }

    /**
     * What you can do instead.
     *
     * @return a clause for a message, without a full stop
     */
    public String alternative() {
        return alternative;
    }
}
