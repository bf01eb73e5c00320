package dev.pawl.lock.zookeeper;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.TokenBlock;
import java.time.Duration;
import java.util.Optional;

/**
 * A place at the head of its line. Compared by identity.
 *
 * <p>The tokens are the number of the write that made the node, shifted to the left: that number is ordered over all writes of the
 * service, while a node's sequence number begins again when its parent is made again. The room that the shift leaves is for
 * hand-off, and ends before the tokens of the next node.
 */
final class ZooKeeperGrant implements Grant {

    private static final int SHIFT = 10;
    private static final int BLOCK = 1 << SHIFT;

    /** With a larger one, of the two million and first epoch, the shift would lose bits. */
    static final long LARGEST_CZXID = Long.MAX_VALUE >> SHIFT;

    private final Place place;
    private final int tokens;
    private final Duration validFor;

    /** How many tokens of the block are given away. Touched by the engine's calls for one lock, which come one by one. */
    private int given;

    ZooKeeperGrant(Place place, int tokens, Duration validFor) {
        this.place = place;
        this.tokens = Math.min(tokens, BLOCK);
        this.validFor = validFor;
        given = this.tokens;
    }

    Place place() {
        return place;
    }

    /** The next tokens of the block, as many as are left. */
    Optional<TokenBlock> more(int wanted) {
        int count = Math.min(wanted, BLOCK - given);
        if (count < 1) {
            return Optional.empty();
        }
        TokenBlock block = new TokenBlock(firstToken() + given, count);
        given += count;
        return Optional.of(block);
    }

    @Override
    public Contest contest() {
        return place.contest();
    }

    @Override
    public long firstToken() {
        return place.czxid() << SHIFT;
    }

    @Override
    public int tokens() {
        return tokens;
    }

    @Override
    public Duration validFor() {
        return validFor;
    }
}
