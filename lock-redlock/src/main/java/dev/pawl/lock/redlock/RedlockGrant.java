package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.TokenBlock;

/** A bid that a majority of the nodes has granted, with tokens that a majority has recorded. Compared by identity. */
final class RedlockGrant implements Grant {

    private final Ballot ballot;
    private final TokenBlock block;

    RedlockGrant(Ballot ballot, TokenBlock block) {
        this.ballot = ballot;
        this.block = block;
    }

    Ballot ballot() {
        return ballot;
    }

    Bid bid() {
        return ballot.bid();
    }

    @Override
    public Contest contest() {
        return bid().contest();
    }

    @Override
    public long firstToken() {
        return block.first();
    }

    @Override
    public int tokens() {
        return block.count();
    }
}
