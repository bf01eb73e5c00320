package dev.pawl.lock.spring;

/** Whether a lock may be taken in a transaction that is open already. */
public enum InTransaction {
    /**
     * It may. With an isolation above read committed, which is the default of MySQL and MariaDB, the transaction may have its snapshot
     * from before the lock, and so not see what the holder before has written; this is warned about once for each method.
     */
    ALLOW,
    /** It may not: an {@link IllegalStateException} is thrown before anything is asked of the lock service. */
    REFUSE
}
