package dev.pawl.lock.jdbc;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;

/**
 * A hold in lease mode.
 *
 * @param contest the contest that was won
 * @param key its row
 * @param firstToken the first of its tokens
 * @param tokens how many there are
 */
record LeaseGrant(Contest contest, String key, long firstToken, int tokens) implements Grant {

    /**
     * The block of a grant ends with its token and lies behind the clock, as far as it was not granted before: tokens that run
     * ahead of the clock would not be floored by it.
     */
    static LeaseGrant of(Contest contest, String key, Reply reply, int wanted) {
        int tokens = tokens(reply, wanted);
        return new LeaseGrant(contest, key, reply.token() - tokens + 1, tokens);
    }

    static int tokens(Reply reply, int wanted) {
        return (int) Math.min(wanted, reply.token() - reply.previous());
    }
}
