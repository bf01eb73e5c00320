package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * One of the independent masters, as a quorum speaks to it. Requests reach it in the order in which they were made, but for
 * one that is sent again after a broken connection. Every stage completes within the I/O time limit, exceptionally with a
 * {@link NodeFault}; on any thread, and perhaps before the method returns.
 */
interface Node {

    /** The answer to {@link #record} of an attempt that does not have the node. */
    long NOT_ITS = -1;

    /** Host and port. */
    String name();

    /**
     * Asks for this node's vote. If it grants, it raises its counter to the proposal, or by one if that is more.
     *
     * @param proposal a token that the client thinks is larger than any; 0 to take the node's own clock
     * @param willWait whether to put the contest on the waiting list if another has the node
     */
    CompletionStage<Vote> acquire(QuorumAttempt attempt, long proposal, boolean willWait);

    /**
     * Raises the counter to a token, if the attempt has the node.
     *
     * @param sinceNanos when the attempt began that this belongs to: its I/O time limit counts from there
     * @return what the counter was before, 0 if there was none; now it is no smaller than the token. Or {@link #NOT_ITS}
     */
    CompletionStage<Long> record(QuorumAttempt attempt, long token, long sinceNanos);

    /** Restarts the lease of each attempt that has the node; creates none. */
    List<? extends CompletionStage<RenewalOutcome>> renew(List<QuorumAttempt> attempts);

    /** Gives the node up if the attempt has it. */
    CompletionStage<Had> release(QuorumAttempt attempt, ReleaseKind kind);

    /** Gives the node up after a time, if the attempt has it: nobody has it until then. The contest leaves the waiting list. */
    CompletionStage<Had> releaseLater(QuorumAttempt attempt, Duration rest);

    /** Asks whether the node would carry out a write; its answer may be any value. */
    CompletionStage<?> ping();
}
