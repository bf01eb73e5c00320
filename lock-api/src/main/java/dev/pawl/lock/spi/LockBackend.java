package dev.pawl.lock.spi;

import dev.pawl.lock.Guarantees;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The conversation with one lock service.
 *
 * <p>Rules for every method:
 *
 * <ul>
 *   <li>It never waits for a lock to become free. It may block for one exchange with the service only where it was given
 *       an {@link Executor} to block on; otherwise it returns at once.
 *   <li>Every returned stage completes within the backend's own I/O time limit, exceptionally for a fault. A {@link
 *       dev.pawl.lock.LockBackendException} is passed on with its node; anything else is wrapped.
 *   <li>Requests for one name reach the service in the order in which the engine made them, so that an undo cannot overtake
 *       what it undoes.
 *   <li>Every write at the service is conditional on the contest's {@linkplain Contest#owner() owner id} and idempotent for
 *       it.
 * </ul>
 *
 * <p>Implementations are safe for use by several threads. A client closes its backend when it is closed.
 */
public interface LockBackend extends AutoCloseable {

    /**
     * What this backend can and cannot promise. No I/O.
     *
     * @return the same value every time
     */
    Guarantees guarantees();

    /**
     * The monotonic clock by which leases are measured. Only a backend for tests has one of its own.
     *
     * @return the clock
     */
    default Ticker ticker() {
        return Ticker.SYSTEM;
    }

    /**
     * Enters a contest for a name. No I/O: the first {@link Contender#attempt} speaks to the service.
     *
     * @param contest what is contended for, by whom, and whom to tell
     * @return the contender, used by one thread at a time
     */
    Contender join(Contest contest);

    /**
     * Whether {@link #attemptAll} can be asked. No I/O.
     *
     * @return false unless a backend says otherwise
     */
    default boolean canAttemptAll() {
        return false;
    }

    /**
     * Asks the service for several locks in one exchange: all or none, without waiting for any. A lock that others wait for is
     * not free.
     *
     * @param contenders of this backend, each of another name, none of which has attempted before
     * @param blocking where a blocking client library may run; others ignore it
     * @return a grant for each contender, in any order; or none, and then nothing of them is at the service; exceptionally
     *     when the outcome is unknown or the service refused, and then each is to {@linkplain Contender#leave leave}
     */
    default CompletionStage<List<Grant>> attemptAll(List<Contender> contenders, Executor blocking) {
        return CompletableFuture.completedStage(List.of());
    }

    /**
     * Renews holds, in as few round trips as the service allows. It never creates a hold that is gone: that would hide that
     * another held the lock in between.
     *
     * @param due the grants to renew, each for its contest's lease time from now
     * @param blocking where a blocking client library may run; others ignore it
     * @return an outcome for each grant; one that is missing, and an exception for the whole, count as {@link
     *     RenewalOutcome#UNKNOWN}
     */
    CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking);

    /**
     * Asks for more tokens for a hold that the client would keep for its own waiters, and gives them only if the hold is still
     * its owner's and no other contest waits for the name. Best effort: a backend that cannot tell who waits need not implement
     * it.
     *
     * @param grant the hold
     * @param tokens how many more consecutive tokens to reserve, at least 1; a backend may give fewer, never none
     * @param blocking where a blocking client library may run; others ignore it
     * @return a block above all tokens granted so far, or empty when others wait or the hold is gone
     */
    default CompletionStage<Optional<TokenBlock>> extend(Grant grant, int tokens, Executor blocking) {
        return CompletableFuture.completedStage(Optional.empty());
    }

    /**
     * Releases a hold if its owner still has it. Idempotent: it may be called again when the outcome of a call is unknown.
     *
     * @param grant the hold
     * @param blocking where a blocking client library may run; others ignore it
     * @return what was found
     */
    CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking);

    /** Closes what this backend opened itself, within a bounded time. A client that was handed in stays open. Idempotent. */
    @Override
    void close();
}
