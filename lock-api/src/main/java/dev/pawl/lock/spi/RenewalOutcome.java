package dev.pawl.lock.spi;

/** What came of renewing one hold. */
public enum RenewalOutcome {
    /** The service keeps it for another lease time from when the renewal was sent. */
    RENEWED,
    /** The service does not have it any more; nobody else was seen with it. */
    NOT_HELD,
    /** Another owner has the lock. */
    TAKEN,
    /** No clear answer: the old deadline stands, and the renewal is tried again. */
    UNKNOWN
}
