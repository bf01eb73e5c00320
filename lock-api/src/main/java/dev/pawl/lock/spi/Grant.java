package dev.pawl.lock.spi;

import java.time.Duration;

/**
 * A hold at the service. The engine counts its validity from an instant that it read before it asked for the attempt, so a
 * backend cannot get that wrong. Compared by identity or as its record does; a key of {@link LockBackend#renew}'s answer.
 */
public interface Grant {

    /**
     * The contest that was won.
     *
     * @return the contest
     */
    Contest contest();

    /**
     * The first token of the block that belongs to this hold: larger than every token granted for the name before.
     *
     * @return a positive number
     */
    long firstToken();

    /**
     * How many consecutive tokens, from the first, belong to this hold; later grants start above them.
     *
     * @return at least 1
     */
    int tokens();

    /**
     * How long the service keeps the hold, counted from the request that it acknowledged last. Read once the attempt is granted,
     * and again after each renewal that was: a service may come to promise more, or less.
     *
     * @return the contest's lease time, or what the service allows, such as its session timeout; positive
     */
    default Duration validFor() {
        return contest().leaseTime();
    }

    /**
     * How long after that request the engine renews. Read whenever {@link #validFor} is.
     *
     * @return a third of it, so that a renewal may fail twice
     */
    default Duration renewAfter() {
        return validFor().dividedBy(3);
    }
}
