package dev.pawl.lock.spi;

/** What a release found. */
public enum ReleaseOutcome {
    /** The owner had the hold, and has it no more. */
    RELEASED,
    /** The owner did not have the hold: it had expired, was taken over, or an earlier call released it. */
    NOT_HELD
}
