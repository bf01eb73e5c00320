package dev.pawl.lock;

/** Why a lease is no longer held. */
public enum LossReason {
    /** Its time ran out: it was not renewed (by choice, or because the process stood still), or the service dropped it. */
    EXPIRED,
    /** The service says that another owner has the lock. */
    TAKEN_OVER,
    /** The service did not answer renewals until the deadline had passed. */
    UNREACHABLE,
    /** The session that carried the hold has ended at the service. */
    SESSION_LOST,
    /** The {@link LockClient} was closed while the lease was held. */
    CLIENT_CLOSED,
    /** It was released by its holder. Seen only on the exception of a lease that is used after its release. */
    RELEASED
}
