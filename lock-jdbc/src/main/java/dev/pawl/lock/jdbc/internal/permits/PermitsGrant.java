package dev.pawl.lock.jdbc.internal.permits;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;

/** Permits that are held: a row of their owner. Compared by identity. */
final class PermitsGrant implements Grant {

    private final Contest contest;
    private final String key;
    private final long token;

    /** Whether a release was sent of which nobody knows what came of it: it may be why the hold is not found any more. */
    private volatile boolean perhapsReleased;

    /**
     * @param key the row of the name
     */
    PermitsGrant(Contest contest, String key, long token) {
        this.contest = contest;
        this.key = key;
        this.token = token;
    }

    @Override
    public Contest contest() {
        return contest;
    }

    String key() {
        return key;
    }

    String owner() {
        return contest.owner();
    }

    @Override
    public long firstToken() {
        return token;
    }

    @Override
    public int tokens() {
        return 1;
    }

    boolean isPerhapsReleased() {
        return perhapsReleased;
    }

    void perhapsReleased(boolean perhaps) {
        perhapsReleased = perhaps;
    }
}
