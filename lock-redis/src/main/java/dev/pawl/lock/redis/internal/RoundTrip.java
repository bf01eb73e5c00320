package dev.pawl.lock.redis.internal;

import java.util.concurrent.TimeUnit;

/**
 * How long a request takes there and back, as the answers so far tell. One slow answer moves it little; a network that has become
 * slower is followed within some ten answers. Safe for use by several threads.
 */
public final class RoundTrip {

    private static final int TO_A_SLOWER_ANSWER = 8;
    private static final int TO_A_FASTER_ANSWER = 2;

    /** Longer than a thread takes to be scheduled, as a rule. */
    private static final long LEAST_TURN_MILLIS = 100;

    private volatile long nanos;

    /** An answer has taken this long. Of two that come at once, one may go uncounted. */
    public void took(long answerNanos) {
        long before = nanos;
        long change = answerNanos - before;
        nanos = before + change / (change > 0 ? TO_A_SLOWER_ANSWER : TO_A_FASTER_ANSWER);
    }

    /** The first answer, which is believed as it is. */
    public void began(long answerNanos) {
        nanos = answerNanos;
    }

    /**
     * How long to keep a turn for a waiter of this process from its wake-up to its attempt: a whole round trip lies between them, and
     * this is twice that and some.
     */
    public long turnMillis() {
        return LEAST_TURN_MILLIS + TimeUnit.NANOSECONDS.toMillis(2 * nanos);
    }
}
