package dev.pawl.lock.redis;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;

/** A lock key with our owner in it. Compared by identity. */
final class RedisGrant implements Grant {

    private final Entry entry;
    private final long firstToken;
    private final int tokens;

    RedisGrant(Entry entry, long firstToken, int tokens) {
        this.entry = entry;
        this.firstToken = firstToken;
        this.tokens = tokens;
    }

    Entry entry() {
        return entry;
    }

    @Override
    public Contest contest() {
        return entry.contest();
    }

    @Override
    public long firstToken() {
        return firstToken;
    }

    @Override
    public int tokens() {
        return tokens;
    }
}
