package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.TokenBlock;

/** An attempt that a majority of the nodes has granted, with tokens that a majority has recorded. Compared by identity. */
final class RedlockGrant implements Grant {

    private final QuorumAcquire acquire;
    private final TokenBlock block;

    RedlockGrant(QuorumAcquire acquire, TokenBlock block) {
        this.acquire = acquire;
        this.block = block;
    }

    QuorumAcquire acquire() {
        return acquire;
    }

    QuorumAttempt attempt() {
        return acquire.attempt();
    }

    @Override
    public Contest contest() {
        return acquire.contest();
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
