package dev.pawl.lock.jdbc.internal.exchange;

import java.time.Duration;

/**
 * How long to rest until the next look at a lock of whose release nobody tells: an eighth of the time waited, from 20 ms up to a
 * ceiling. So a short hold is noticed soon, and a long one costs a statement a second.
 */
public final class PollInterval {

    /** A look costs an exchange of a millisecond or so: this keeps the share of one waiter small. */
    public static final long SHORTEST = Duration.ofMillis(20).toNanos();

    private static final int SHARE_OF_THE_WAIT = 8;

    private PollInterval() {}

    /**
     * In nanoseconds.
     *
     * @param waited since the lock was first seen to be held as it is
     * @param ceiling the most; the shortest if that is more
     */
    public static long after(long waited, long ceiling) {
        return Math.max(SHORTEST, Math.min(ceiling, waited / SHARE_OF_THE_WAIT));
    }
}
