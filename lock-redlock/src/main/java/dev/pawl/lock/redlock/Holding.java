package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.internal.HolderReply;
import java.util.Optional;

/**
 * Who has one node.
 *
 * @param owner a number that stands for the owner id
 * @param counter the largest token that the node knows
 * @param leftMillis how long the lease there has to run; negative if it has no end
 * @param waiting how many are on the node's waiting list
 * @param revoked whether it was taken away from the owner, who has not let go yet
 * @param label what the owner's client calls itself; empty if it did not say
 */
record Holding(long owner, long counter, long leftMillis, int waiting, boolean revoked, String label) {

    private static final int NUMBERS_BEFORE_LABEL = 6;

    /** What the script says; empty if nobody has the node. */
    static Optional<Holding> read(long[] reply) {
        if (reply[0] == 0) {
            return Optional.empty();
        }
        String label = HolderReply.label(reply, NUMBERS_BEFORE_LABEL);
        return Optional.of(new Holding(reply[0], reply[1], reply[2], (int) reply[3], reply[4] == 1, label));
    }
}
