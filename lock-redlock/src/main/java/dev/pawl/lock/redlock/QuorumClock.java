package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.Ticker;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What time of day it is at the nodes, by this process's monotonic clock and what they said last. Each answer bounds how far
 * its node's clock is ahead: it was read between the request and the answer. The median over the nodes follows no minority of
 * clocks that are wrong. Never used for the order of tokens, only to propose numbers on which the nodes will agree, and that go
 * on from where they were when all counters are lost.
 */
final class QuorumClock {

    private static final long UNKNOWN = Long.MIN_VALUE;

    private final Ticker ticker;

    /** How far each node's clock is ahead of the ticker, in microseconds: the least that it can be. */
    private final AtomicLongArray ahead;

    QuorumClock(int nodes, Ticker ticker) {
        this.ticker = ticker;
        long[] unknown = new long[nodes];
        Arrays.fill(unknown, UNKNOWN);
        ahead = new AtomicLongArray(unknown);
    }

    /** A node has said what time it is, in an answer that comes now to a request that was sent then. */
    void heard(int node, long nodeMicros, long sentNanos) {
        long now = ticker.nanos();
        long least = nodeMicros - now / 1_000;
        long most = nodeMicros - sentNanos / 1_000 + 1;
        long known = ahead.get(node);
        if (known < least || known > most) {
            ahead.set(node, least);
        }
    }

    /** The median, 0 if nobody has said anything yet. */
    long micros() {
        long[] known = new long[ahead.length()];
        int count = 0;
        for (int i = 0; i < known.length; i++) {
            long one = ahead.get(i);
            if (one != UNKNOWN) {
                known[count++] = one;
            }
        }
        if (count == 0) {
            return 0;
        }
        Arrays.sort(known, 0, count);
        return Math.max(0, known[(count - 1) / 2] + ticker.nanos() / 1_000);
    }
}
