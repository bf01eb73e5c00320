package dev.pawl.lock.spi;

/** What a release found. */
public enum ReleaseOutcome {
    /** The owner had the hold, and has it no more. */
    RELEASED,
    /**
     * The owner did not have the hold: it had expired or was taken over, and no earlier sending of this release can have released
     * it. If the client library may have sent it twice, the doubtful case is {@link #RELEASED}: this one makes {@code close()} say
     * that the lease was lost. When the engine calls again, it takes no answer for a loss.
     */
    NOT_HELD
}
