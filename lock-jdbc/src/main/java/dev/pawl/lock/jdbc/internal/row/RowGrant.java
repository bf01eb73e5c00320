package dev.pawl.lock.jdbc.internal.row;

import dev.pawl.lock.jdbc.internal.dialect.Reply;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import java.util.concurrent.atomic.AtomicBoolean;

/** A hold in row mode: an open transaction that has locked the row. Compared by identity. */
final class RowGrant implements Grant {

    private final Contest contest;
    private final RowHold hold;
    private final long token;
    private final AtomicBoolean releasing = new AtomicBoolean();

    RowGrant(Contest contest, RowHold hold, Reply reply) {
        this.contest = contest;
        this.hold = hold;
        this.token = reply.token();
    }

    @Override
    public Contest contest() {
        return contest;
    }

    @Override
    public long firstToken() {
        return token;
    }

    /**
     * One, whatever was asked for, so that the hold is never handed on. Its connection may have broken without a word, and the
     * row be another's by now, with a larger token: only the database can say who is next.
     */
    @Override
    public int tokens() {
        return 1;
    }

    RowHold hold() {
        return hold;
    }

    /** Notes a release; true if one was sent before, which may be why the hold is over. */
    boolean releases() {
        return releasing.getAndSet(true);
    }
}
