package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.TokenBlock;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The votes on one attempt, counted. Not safe for use by several threads. */
final class VoteCount {

    /** What the votes so far amount to. */
    enum Standing {
        /** Too early to say. */
        OPEN,
        /** A majority has answered, and the answers that are missing decide. */
        SPLIT,
        /** A majority has granted. */
        WON,
        /** A majority has answered, and none will grant. */
        BEATEN,
        /** A majority will not even answer. */
        UNREACHABLE
    }

    private final int majority;
    private final @Nullable Vote[] votes;
    private final @Nullable Throwable[] faults;
    private int granted;
    private int held;
    private int failed;

    VoteCount(int nodes, int majority) {
        this.majority = majority;
        votes = new @Nullable Vote[nodes];
        faults = new @Nullable Throwable[nodes];
    }

    void voted(int node, Vote vote) {
        votes[node] = vote;
        if (vote instanceof Vote.Granted) {
            granted++;
        } else {
            held++;
        }
    }

    void failed(int node, Throwable fault) {
        faults[node] = fault;
        failed++;
    }

    Standing standing() {
        int answered = granted + held;
        int pending = votes.length - answered - failed;
        if (granted >= majority) {
            return Standing.WON;
        }
        if (answered + pending < majority) {
            return Standing.UNREACHABLE;
        }
        if (answered < majority) {
            return Standing.OPEN;
        }
        return granted + pending < majority ? Standing.BEATEN : Standing.SPLIT;
    }

    @Nullable
    Vote vote(int node) {
        return votes[node];
    }

    @Nullable
    Throwable fault(int node) {
        return faults[node];
    }

    boolean isPending(int node) {
        return votes[node] == null && faults[node] == null;
    }

    /** Whether the node may be the attempt's, as far as is known. */
    boolean mayHave(int node) {
        Throwable fault = faults[node];
        return fault == null ? !(votes[node] instanceof Vote.Held) : !NodeFault.isNotAsked(fault);
    }

    /** Whether the node is the attempt's, and its counter smaller than this. */
    boolean isBehind(int node, long token) {
        return votes[node] instanceof Vote.Granted grant && grant.token() < token;
    }

    /** Whether the node is the attempt's, but may have told another of these tokens before. */
    boolean isPast(int node, TokenBlock block) {
        return votes[node] instanceof Vote.Granted grant && grant.previous() >= block.first();
    }

    /**
     * Whether the node's counter has passed all these tokens by this attempt's doing, while it had the node and nobody else: with the
     * grant, with the record, or with both and nothing between them.
     *
     * @param before what the counter was when the last of the tokens was recorded; {@link Node#NOT_ITS} if it was not
     */
    boolean hasPassed(int node, TokenBlock block, long before) {
        if (votes[node] instanceof Vote.Granted grant && grant.previous() < block.first()) {
            boolean withTheGrant = grant.token() >= block.first() + block.count() - 1;
            if (withTheGrant || before == grant.token()) {
                return true;
            }
        }
        return before >= 0 && before < block.first() && mayHave(node);
    }

    /** The largest counter of those that granted. */
    long highest() {
        long highest = 0;
        for (Vote vote : votes) {
            if (vote instanceof Vote.Granted grant) {
                highest = Math.max(highest, grant.token());
            }
        }
        return highest;
    }

    /**
     * The tokens of an attempt that has won: the largest counter of those that granted, and below it what no earlier grant can have
     * had. Whoever was granted before is known to one of them at least, so that is all above the largest counter before. If one
     * of them knew no counter, nobody knows how much is free, and one token is all there is.
     */
    TokenBlock block(int wanted) {
        long last = highest();
        long previous = 0;
        boolean known = true;
        for (Vote vote : votes) {
            if (vote instanceof Vote.Granted grant) {
                previous = Math.max(previous, grant.previous());
                known &= grant.previous() > 0;
            }
        }
        int count = known ? (int) Math.min(wanted, last - previous) : 1;
        return new TokenBlock(last - count + 1, count);
    }

    /** Whether one and the same other is known to have a majority; otherwise the nodes are divided among several. */
    boolean hasOneHolder() {
        long[] holders = new long[votes.length];
        int count = 0;
        for (Vote vote : votes) {
            if (vote instanceof Vote.Held other) {
                holders[count++] = other.holder();
            }
        }
        Arrays.sort(holders, 0, count);
        for (int i = 0; i + majority <= count; i++) {
            if (holders[i] == holders[i + majority - 1]) {
                return true;
            }
        }
        return false;
    }

    /** How long until enough of the leases that stand in the way will have run out. */
    long leftMillis() {
        long[] left = new long[votes.length];
        int count = 0;
        for (Vote vote : votes) {
            if (vote instanceof Vote.Held other) {
                left[count++] = other.leftMillis();
            }
        }
        Arrays.sort(left, 0, count);
        int others = votes.length - count;
        int inTheWay = Math.max(1, majority - others);
        return count == 0 ? 0 : left[Math.min(inTheWay, count) - 1];
    }
}
