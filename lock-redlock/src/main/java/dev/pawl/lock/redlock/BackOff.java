package dev.pawl.lock.redlock;

import java.time.Duration;
import java.util.function.LongUnaryOperator;

/**
 * How long to stay away after a race that nobody won: at random, so that the same rivals do not split the votes again, and
 * longer with each race. Used by one attempt at a time.
 */
final class BackOff {

    private static final long LEAST = Duration.ofMillis(2).toNanos();
    private static final long MOST = Duration.ofMillis(100).toNanos();

    private final LongUnaryOperator random;
    private volatile int lost;

    /** Takes a source of numbers from 0 to below its argument. */
    BackOff(LongUnaryOperator random) {
        this.random = random;
    }

    /** Another has the lock: that is no race. */
    void reset() {
        lost = 0;
    }

    /**
     * One more race was lost.
     *
     * @param took how long it lasted: rivals that do not spread over several times as long meet again
     */
    Duration next(long took) {
        int before = lost;
        lost = Math.min(before + 1, 16);
        long span = Math.min(MOST, Math.max(LEAST, 2 * took) << before);
        return Duration.ofNanos(1 + random.applyAsLong(span));
    }
}
