package dev.pawl.lock.redlock;

/** Defects that are planted around the algorithm, or assumptions that are broken: the simulation must find each. */
enum Mutant {
    NONE(0),
    /** The token is not written back where a counter is smaller. */
    NO_WRITE_BACK(25_000),
    /** The token is written back, and counts, at nodes that are no longer, or never were, the attempt's. */
    WRITE_BACK_WITHOUT_OWNER_CHECK(50_068),
    /** What is written back counts even where another may have had the tokens: the counter had passed them before. */
    OTHERS_TOKENS_ARE_OVERLOOKED(29_547),
    /** A vote that comes when a majority has granted counts even if that node has told another of these tokens. */
    LATE_VOTE_IS_TAKEN_AS_IT_IS(50_912),
    /** The lease is counted from after the answer. */
    VALIDITY_FROM_AFTER_THE_REPLY(50_008),
    /** One node less than a majority is enough. */
    MINORITY_ACCEPTED(50_000),
    /** A node comes back without its data while a lease that it granted still runs. */
    NODE_RESTARTED_EMPTY_WITHIN_THE_LEASE(25_012),
    /** A node sets its counter to the proposal even if that is smaller. */
    COUNTER_FOLLOWS_THE_PROPOSAL(25_000),
    /** All attempts of a contest have one owner: what undoes an earlier one undoes a later one. */
    ONE_OWNER_FOR_ALL_ATTEMPTS(25_068),
    /** A node that has lost a hold takes its renewal for a new one. */
    RENEWAL_CREATES(50_010),
    /** A node gives itself up to whoever asks. */
    RELEASE_WITHOUT_OWNER_CHECK(25_002),
    /** Nodes that did not answer are not given up again. */
    SILENT_NODES_ARE_FORGOTTEN(25_014),
    /** Requests that give a node up are not followed: one that comes before what it undoes undoes nothing. */
    LATE_GRANT_IS_KEPT(26_590),
    /** After a lost race, the same rivals come back at the same time. */
    NO_RANDOM_BACK_OFF(50_014),
    /** A process hands on as many tokens as it asked for, upwards from those that it was granted. */
    HAND_OFF_BEYOND_THE_BLOCK(25_013),
    /** A process hands on as many tokens as it asked for, downwards from the last that it was granted. */
    BLOCK_IS_AS_LARGE_AS_ASKED(25_001),
    /** A node is taken for given up when the request to give it up has been sent. */
    RELEASE_IS_CONFIRMED_UNHEARD(25_000),
    /** A release waits for every node. */
    RELEASE_WAITS_FOR_ALL(25_000),
    /** A client proposes nothing before it has heard a vote: each node takes its own time of day, and the largest wins. */
    FIRST_PROPOSAL_IS_LEFT_TO_THE_NODES(45_303),
    /** A fault is told as contention. */
    FAULT_IS_TAKEN_FOR_CONTENTION(25_000);

    /** A schedule that has found it. After a change of the simulation it may not any more: then another is looked for. */
    final long seed;

    Mutant(long seed) {
        this.seed = seed;
    }
}
