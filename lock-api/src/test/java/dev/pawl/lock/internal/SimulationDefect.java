package dev.pawl.lock.internal;

/** Defects that are planted around the engine, to see that the checks of the simulation find them. */
enum SimulationDefect {
    NONE,
    /** The clock is read after the answer to a renewal instead of before it is sent. */
    RENEWAL_COUNTED_FROM_ITS_REPLY,
    /** The clock is read after the answer to an attempt instead of before it is sent. */
    GRANT_COUNTED_FROM_ITS_REPLY,
    /** A grant that nobody takes any more is kept. */
    UNWANTED_GRANT_IS_KEPT,
    /** A hold never looks at the clock. */
    VALIDITY_NEVER_LAPSES,
    /** Each lease of a hold has the same token. */
    HAND_OFF_REPEATS_THE_TOKEN,
    /** More leases are taken from a hold than it has tokens. */
    BLOCK_IS_OVERDRAWN,
    /** The place in the service's queue is not given back. */
    LEAVE_IS_NOT_SENT,
    /** A wake-up that comes while an attempt is under way is forgotten. */
    WAKE_UP_DURING_AN_ATTEMPT_IS_FORGOTTEN,
    /** A failed attempt counts as busy. */
    FAULT_IS_TAKEN_FOR_CONTENTION,
    /** A busy attempt counts as failed. */
    CONTENTION_IS_TAKEN_FOR_A_FAULT,
    /** The timer forgets to look for lapsed holds. */
    LOSS_IS_SILENT,
    /** The timer that looks again after a rest is forgotten, so that a lost wake-up is never made good. */
    RESTS_FOR_EVER,
    /** An undo that failed is not tried again. */
    FAILED_UNDO_IS_FORGOTTEN
}
