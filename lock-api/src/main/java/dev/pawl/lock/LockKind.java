package dev.pawl.lock;

/** What may be held under a name. */
public enum LockKind {
    /** A lock: one holder at a time. */
    LOCK,
    /** A semaphore: as many permits as it has. */
    SEMAPHORE,
    /** A reader-writer lock: many readers, or one writer. */
    READ_WRITE
}
