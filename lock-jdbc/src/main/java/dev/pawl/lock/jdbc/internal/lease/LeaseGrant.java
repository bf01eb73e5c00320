package dev.pawl.lock.jdbc.internal.lease;

import dev.pawl.lock.jdbc.internal.dialect.Reply;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A hold in lease mode: an owner in a row. Compared by identity. */
final class LeaseGrant implements Grant {

    private final Contest contest;
    private final String key;
    private final long firstToken;
    private final int tokens;
    private final boolean again;

    /** Whether a release was sent of which nobody knows what came of it: it may be why the hold is not found any more. */
    private volatile boolean perhapsReleased;

    private LeaseGrant(Contest contest, String key, long firstToken, int tokens, boolean again) {
        this.contest = contest;
        this.key = key;
        this.firstToken = firstToken;
        this.tokens = tokens;
        this.again = again;
    }

    /**
     * The block of a grant ends with its token and lies behind the clock, as far as it was not granted before: tokens that run
     * ahead of the clock would not be floored by it.
     *
     * @param last the last use of the lock by this client, as far as it is known
     */
    static LeaseGrant of(Contest contest, String key, Reply reply, int wanted, OwnUses.@Nullable Use last) {
        int tokens = tokens(reply, wanted);
        boolean again = last != null && last.token() == reply.previous();
        return new LeaseGrant(contest, key, reply.token() - tokens + 1, tokens, again);
    }

    static int tokens(Reply reply, int wanted) {
        return (int) Math.min(wanted, reply.token() - reply.previous());
    }

    @Override
    public Contest contest() {
        return contest;
    }

    /** Its row. */
    String key() {
        return key;
    }

    /** The division of a {@link Duration} is one of decimal fractions. */
    @Override
    public Duration renewAfter() {
        return Duration.ofNanos(validFor().toNanos() / 3);
    }

    @Override
    public long firstToken() {
        return firstToken;
    }

    @Override
    public int tokens() {
        return tokens;
    }

    /** Whether no other client had the lock since this one last had it. */
    boolean isAgain() {
        return again;
    }

    /** What there is to know of it when it has ended. */
    OwnUses.Use use() {
        return new OwnUses.Use(firstToken + tokens - 1, again);
    }

    boolean isPerhapsReleased() {
        return perhapsReleased;
    }

    void perhapsReleased(boolean perhaps) {
        perhapsReleased = perhaps;
    }
}
