package dev.pawl.lock.redlock;

/** How an attempt gives a node up. */
enum ReleaseKind {
    /** After a lost race: its contest goes on waiting, and nobody is told, for the rivals try again by themselves. */
    FOR_NOW,
    /** For good: the next that waits at the node is told. */
    FOR_GOOD,
    /** For good, and its contest leaves the node's waiting list. */
    FOR_GOOD_AND_LEAVING
}
