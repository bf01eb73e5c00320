package dev.pawl.lock.spi;

import dev.pawl.lock.Capability;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LockInfo;
import java.time.Duration;
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

    /**
     * Renews one hold for a time of its own, which may end before the time that the service gives it now. Like {@link #renew(Collection,
     * Executor)} it never creates a hold that is gone. Asked only where {@link Guarantees} say {@link Capability#RENEW} or {@link
     * Capability#HOLD_AT_LEAST}.
     *
     * @param grant the hold
     * @param time how long the service keeps it from now on if nothing more reaches it; whole milliseconds
     * @param blocking where a blocking client library may run; others ignore it
     * @return the outcome; an exception counts as {@link RenewalOutcome#UNKNOWN}
     */
    default CompletionStage<RenewalOutcome> renew(Grant grant, Duration time, Executor blocking) {
        return CompletableFuture.failedStage(new UnsupportedOperationException("renew"));
    }

    /**
     * Ends a hold if its owner still has it, and keeps the lock from everybody for a time: nobody is granted it before, its former owner
     * included, and no renewal reaches it. A hold that was {@linkplain #takeAway taken away} is released at once. Idempotent: it may be
     * called again when the outcome of a call is unknown. Asked only where {@link Guarantees} say {@link Capability#HOLD_AT_LEAST}.
     *
     * @param grant the hold
     * @param rest how long the lock is kept; positive, whole milliseconds
     * @param blocking where a blocking client library may run; others ignore it
     * @return what was found
     */
    default CompletionStage<ReleaseOutcome> releaseLater(Grant grant, Duration rest, Executor blocking) {
        return CompletableFuture.failedStage(new UnsupportedOperationException("releaseLater"));
    }

    /**
     * Asks whether the service is reachable and would carry out a write, in one exchange that changes nothing. A server that only
     * reads must refuse it.
     *
     * @param blocking where a blocking client library may run; others ignore it
     * @return completes with its answer, whatever the value; exceptionally if there is none, or it refuses
     */
    CompletionStage<?> ping(Executor blocking);

    /**
     * Says who holds a name. Asked only where {@link Guarantees} say {@link Capability#INSPECT}.
     *
     * @param name the lock's name
     * @param blocking where a blocking client library may run; others ignore it
     * @return what is known, or empty when nobody holds it
     */
    default CompletionStage<Optional<LockInfo>> inspect(String name, Executor blocking) {
        return CompletableFuture.failedStage(new UnsupportedOperationException("inspect"));
    }

    /**
     * Says which names are held now. Asked only where {@link Guarantees} say {@link Capability#LIST}.
     *
     * @param prefix with which the names begin; perhaps empty
     * @param limit how many at the most, at least 1
     * @param blocking where a blocking client library may run; others ignore it
     * @return what is known of each, in any order
     */
    default CompletionStage<List<LockInfo>> list(String prefix, int limit, Executor blocking) {
        return CompletableFuture.failedStage(new UnsupportedOperationException("list"));
    }

    /**
     * Takes a name away from its holder, if the newest token of the name is the one that was seen. Raises that token. A lock that is kept
     * after {@link #releaseLater} is free then, either way. Asked only where {@link Guarantees} say {@link Capability#REVOKE}, or {@link
     * Capability#FORCE_RELEASE}.
     *
     * @param seen the token that was seen
     * @param atOnce whether the name is free then. If not, it stays the holder's until it releases it or its lease has run out, and its
     *     renewals are {@link RenewalOutcome#TAKEN}
     * @param blocking where a blocking client library may run; others ignore it
     * @return what was known of the holder, with the raised token; or empty, and nothing has changed
     */
    default CompletionStage<Optional<LockInfo>> takeAway(FencingToken seen, boolean atOnce, Executor blocking) {
        return CompletableFuture.failedStage(new UnsupportedOperationException("takeAway"));
    }

    /** Closes what this backend opened itself, within a bounded time. A client that was handed in stays open. Idempotent. */
    @Override
    void close();
}
