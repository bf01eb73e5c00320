package dev.pawl.lock.redlock;

/** Defects that are planted around the algorithm, or assumptions that are broken: the simulation must find each. */
enum Mutant {
    NONE,
    /** The token is not written back where a counter is smaller. */
    NO_WRITE_BACK,
    /** The token is written back to nodes that are no longer, or never were, the bid's. */
    WRITE_BACK_WITHOUT_OWNER_CHECK,
    /** The lease is counted from after the answer. */
    VALIDITY_FROM_AFTER_THE_REPLY,
    /** One node less than a majority is enough. */
    MINORITY_ACCEPTED,
    /** A node comes back without its data while a lease that it granted still runs. */
    NODE_RESTARTED_EMPTY_WITHIN_THE_LEASE,
    /** A node sets its counter to the proposal even if that is smaller. */
    COUNTER_FOLLOWS_THE_PROPOSAL,
    /** All attempts of a contest have one owner: what undoes an earlier one undoes a later one. */
    ONE_OWNER_FOR_ALL_ATTEMPTS,
    /** A node that has lost a hold takes its renewal for a new one. */
    RENEWAL_CREATES,
    /** A node gives itself up to whoever asks. */
    RELEASE_WITHOUT_OWNER_CHECK,
    /** Nodes that did not answer are not given up again. */
    SILENT_NODES_ARE_FORGOTTEN,
    /** Requests that give a node up are not followed: one that comes before what it undoes undoes nothing. */
    LATE_GRANT_IS_KEPT,
    /** After a lost race, the same rivals come back at the same time. */
    NO_RANDOM_BACK_OFF,
    /** A fault is told as contention. */
    FAULT_IS_TAKEN_FOR_CONTENTION
}
