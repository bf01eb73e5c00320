package dev.pawl.lock.jdbc;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;

/** A hold in row mode: an open transaction that has locked the row. Compared by identity. */
final class RowGrant implements Grant {

    private final Contest contest;
    private final RowHold hold;
    private final long firstToken;
    private final int tokens;

    RowGrant(Contest contest, RowHold hold, Reply reply, int wanted) {
        this.contest = contest;
        this.hold = hold;
        this.tokens = LeaseGrant.tokens(reply, wanted);
        this.firstToken = reply.token() - tokens + 1;
    }

    @Override
    public Contest contest() {
        return contest;
    }

    @Override
    public long firstToken() {
        return firstToken;
    }

    @Override
    public int tokens() {
        return tokens;
    }

    RowHold hold() {
        return hold;
    }
}
