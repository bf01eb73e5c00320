package dev.pawl.lock;

/** How a request ended that did not get its lease. */
public enum WaitOutcome {
    /** One attempt was to be made, and another holder has the lock. */
    BUSY,
    /** Others still held the lock when the time to wait was over. */
    TIMEOUT,
    /** The waiting thread was interrupted. */
    INTERRUPTED,
    /** The future was cancelled, or ended by other means than the request's. */
    CANCELLED,
    /** The backend could not be asked, or refused, or something was thrown. */
    ERROR,
    /** The client was closed. */
    CLOSED
}
