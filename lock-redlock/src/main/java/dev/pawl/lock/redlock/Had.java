package dev.pawl.lock.redlock;

/** What a node that gives an attempt up had of it. */
enum Had {
    /** The attempt had the node. */
    YES,
    /** It did not, and no earlier sending of the same request can have given it up. */
    NO,
    /** It did not any more, but the request was sent more than once. */
    UNKNOWN;

    static Had of(boolean had) {
        return had ? YES : NO;
    }
}
