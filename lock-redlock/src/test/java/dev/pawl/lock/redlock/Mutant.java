package dev.pawl.lock.redlock;

/** Defects that are planted around the algorithm, or assumptions that are broken: the simulation must find each. */
enum Mutant {
    NONE,
    /** The token is not written back where a counter is smaller. */
    NO_WRITE_BACK,
    /** The token is written back, and counts, at nodes that are no longer, or never were, the bid's. */
    WRITE_BACK_WITHOUT_OWNER_CHECK,
    /** What is written back counts even where another may have had the tokens: the counter had passed them before. */
    OTHERS_TOKENS_ARE_OVERLOOKED,
    /** A vote that comes when a majority has granted counts even if that node has told another of these tokens. */
    LATE_VOTE_IS_TAKEN_AS_IT_IS,
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
    /** A process hands on as many tokens as it asked for, upwards from those that it was granted. */
    HAND_OFF_BEYOND_THE_BLOCK,
    /** A process hands on as many tokens as it asked for, downwards from the last that it was granted. */
    BLOCK_IS_AS_LARGE_AS_ASKED,
    /** A node is taken for given up when the request to give it up has been sent. */
    RELEASE_IS_CONFIRMED_UNHEARD,
    /** A release waits for every node. */
    RELEASE_WAITS_FOR_ALL,
    /** A client proposes nothing before it has heard a vote: each node takes its own time of day, and the largest wins. */
    FIRST_PROPOSAL_IS_LEFT_TO_THE_NODES,
    /** A fault is told as contention. */
    FAULT_IS_TAKEN_FOR_CONTENTION
}
