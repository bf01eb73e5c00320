package dev.pawl.lock.leader;

/** Why an office has ended. */
public enum LeadershipEnd {
    /** The leader has resigned. */
    RESIGNED,
    /** The leader's body threw an exception. */
    FAILED,
    /** The lease was lost: another process may lead already. */
    LOST,
    /** The election was closed. */
    CLOSED
}
