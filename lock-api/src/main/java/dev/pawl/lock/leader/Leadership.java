package dev.pawl.lock.leader;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LeaseLostException;

/**
 * One office of this process, from its election to its end. Safe for use by several threads.
 *
 * <p>{@link #isValid()} compares the monotonic clock with the deadline that the service has confirmed last, so a process that stood
 * still gets the right answer at its first instruction. Between a {@code true} and the write that follows, the office may
 * end. Only a resource that refuses old {@linkplain #token() terms} closes that gap.
 */
public interface Leadership {

    /**
     * The term: larger than the term of every leader before. Give it to the resources that you write to; every guard takes it.
     *
     * @return the same token for the whole office
     */
    FencingToken token();

    /**
     * Whether this process still leads. No I/O.
     *
     * @return false once the office has ended or its lease has run out, and from then on
     */
    boolean isValid();

    /**
     * Returns if {@link #isValid()}, else throws. No I/O.
     *
     * @throws LeaseLostException if this process does not lead any more
     */
    void ensureValid();

    /**
     * Runs {@code action} once when the lease of the office is lost, at once and on a thread of the client's own; on the calling
     * thread if it is lost already. Never runs if the office ends in another way. An exception that it throws is logged.
     *
     * @param action what to do; it may block
     */
    void onLost(Runnable action);

    /** Gives this office up. Does not wait. As {@link LeaderElection#resign()}, but never ends a later office. */
    void resign();
}
