package dev.pawl.lock.zookeeper;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.TokenBlock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A node at the head of its queue. Compared by identity.
 *
 * <p>The tokens are the number of the write that made the node, shifted to the left: that number is ordered over all writes of the
 * service, while a node's sequence number begins again when its parent is made again. The room that the shift leaves is for
 * hand-off, and ends before the tokens of the next write. Another write to the node, by its holder, gives another block: if
 * nobody else stood in the line after it, whoever comes has a later number.
 */
final class ZooKeeperGrant implements Grant {

    private static final int SHIFT = 10;

    /** The last of a write is nobody's: who frees a lock by force is told it, and it is above all of the holder's. */
    private static final int BLOCK = (1 << SHIFT) - 1;

    /** With a larger one, of the two million and first epoch, the shift would lose bits. */
    static final long LARGEST_CZXID = Long.MAX_VALUE >> SHIFT;

    /** Of {@link #nextWrite}: nobody has asked for one. */
    private static final long NONE = 0;

    /** Of {@link #nextWrite}: it is asked for, or there will be none. */
    private static final long ASKED = -1;

    private final QueueNode queueNode;
    private final int tokens;
    private volatile Promise promise;

    /**
     * What the service was known to keep when it was asked last.
     *
     * @param since when it was asked
     * @param kept how long from then on it keeps the session, in nanoseconds
     */
    private record Promise(long since, long kept) {}

    /** The write whose block is given away now. This and the next are touched by one call of {@link #more} at a time. */
    private long write;

    /** How many tokens of it are given away. */
    private int given;

    /** The write whose block comes next. */
    private final AtomicLong nextWrite = new AtomicLong(NONE);

    /**
     * A hold.
     *
     * @param queueNode the node
     * @param tokens how many are wanted
     * @param since when it was asked for
     */
    ZooKeeperGrant(QueueNode queueNode, int tokens, long since) {
        this.queueNode = queueNode;
        this.tokens = Math.min(tokens, BLOCK);
        promise = promiseOf(since);
        tellQueueNode();
        write = queueNode.czxid();
        given = this.tokens;
    }

    /** Whether a token is of the blocks that a node's making, its last change, and the changes in between may have given. */
    static boolean isOf(long token, long czxid, long mzxid) {
        long number = token >> SHIFT;
        return czxid <= number && number <= mzxid;
    }

    /** The first token of the block of a write. */
    static long firstOf(long number) {
        return number << SHIFT;
    }

    /** Above every token of a write, and below those of the next. */
    static long lastOf(long number) {
        return (number << SHIFT) + BLOCK;
    }

    QueueNode queueNode() {
        return queueNode;
    }

    private Promise promiseOf(long since) {
        return new Promise(since, queueNode.session().keptAfter(since));
    }

    private void tellQueueNode() {
        queueNode.promised(validFor().toNanos());
    }

    /** The service has acknowledged a renewal that was sent at this instant. On the event thread of the session. */
    void renewed(long since) {
        // The answer to an earlier one may have come later.
        if (since - promise.since() > 0) {
            promise = promiseOf(since);
            tellQueueNode();
        }
    }

    /** The next tokens: as many as are left of a block, then those of the next one. The engine asks once at a time. */
    Optional<TokenBlock> more(int wanted) {
        long next = nextWrite.get();
        if (given == BLOCK && next > write && nextWrite.compareAndSet(next, NONE)) {
            write = next;
            given = 0;
        }
        int count = Math.min(wanted, BLOCK - given);
        if (count < 1) {
            return Optional.empty();
        }
        TokenBlock block = new TokenBlock((write << SHIFT) + given, count);
        given += count;
        return Optional.of(block);
    }

    /** Whether the caller is to get the next block; the answer is yes once, until it says how that went. */
    boolean wantsNextBlock() {
        return nextWrite.compareAndSet(NONE, ASKED);
    }

    /**
     * There is a next block.
     *
     * @param number of a write to the node after which nobody else stood in the line
     */
    void nextBlock(long number) {
        if (number <= LARGEST_CZXID) {
            nextWrite.compareAndSet(ASKED, number);
        }
    }

    /** Somebody else stands in the line, and may have a smaller number; it may be otherwise later. */
    void noNextBlock() {
        nextWrite.compareAndSet(ASKED, NONE);
    }

    @Override
    public Contest contest() {
        return queueNode.contest();
    }

    @Override
    public long firstToken() {
        return queueNode.czxid() << SHIFT;
    }

    @Override
    public int tokens() {
        return tokens;
    }

    private long lease() {
        return contest().leaseTime().toNanos();
    }

    @Override
    public Duration validFor() {
        return Duration.ofNanos(Math.max(1, Math.min(lease(), promise.kept())));
    }

    /** A third of the lease, or of the session; earlier while an ensemble has promised no more than a third of that. */
    @Override
    public Duration renewAfter() {
        long third = queueNode.session().timeout() / 3;
        return Duration.ofNanos(Math.min(lease() / 3, Math.min(third, validFor().toNanos() / 2)));
    }
}
