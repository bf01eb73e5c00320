package dev.pawl.lock;

import java.time.Duration;

/**
 * Told what the locks of a client do, for metrics and logs. Every method does nothing by default.
 *
 * <p>A listener runs on the thread of the caller that stands still for what is told of, before that call returns (an acquisition
 * and its attempt, a release), or else on a callback thread of the client, before the future completes if it was an asynchronous
 * request. It never runs on a thread of the client library, with a lock held, or while the client works on that lock. One that
 * blocks keeps the news of that name, and whoever is being answered, but no other name: return quickly. Waiting for the very
 * lock that is told of throws {@link IllegalStateException}; closing the client does not wait for the listener.
 *
 * <p>Events of one name come one at a time, in the order in which they happened. An exception is logged at WARN and breaks
 * nothing.
 */
public interface LockListener {

    /**
     * The backend is being asked for a lock.
     *
     * @param lock the lock's name
     */
    default void onAttempt(String lock) {}

    /**
     * A request that may wait is made. Comes on the caller's own thread, before it waits, also while another thread is told something
     * of the same name (of several names that are asked for without blocking, on a callback thread); and whether the lock is free or not, which nobody knows yet. {@link #onAcquired(LockRequest, FencingToken,
     * Duration)} or {@link #onNotAcquired} follows, once, with the same {@link LockRequest#id()}.
     *
     * @param request what is asked for
     */
    default void onWaiting(LockRequest request) {}

    /**
     * A request got its lease. By default this tells {@link #onAcquired(FencingToken, Duration)}; a listener needs one of the two.
     *
     * @param request what was asked for
     * @param token the token of the lease
     * @param waited the time from the request to the lease
     */
    default void onAcquired(LockRequest request, FencingToken token, Duration waited) {
        onAcquired(token, waited);
    }

    /**
     * A request ended without a lease. One that makes a single attempt ends so without {@link #onWaiting} before.
     *
     * @param request what was asked for
     * @param outcome why it has no lease
     * @param waited the time from the request to its end
     */
    default void onNotAcquired(LockRequest request, WaitOutcome outcome, Duration waited) {}

    /**
     * A request got its lease.
     *
     * @param token the token of the lease
     * @param waited the time from the request to the lease
     */
    default void onAcquired(FencingToken token, Duration waited) {}

    /**
     * A lease was released by its holder, and the service has not said that it was gone before; that is told as lost.
     *
     * @param token the token of the lease
     * @param held how long it was held
     */
    default void onReleased(FencingToken token, Duration held) {}

    /**
     * A lease was lost; also if its holder's release was the first to hear of it.
     *
     * @param event which, why, and after how long
     */
    default void onLost(LeaseLostEvent event) {}

    /**
     * A renewal had no clear answer; it is tried again until the deadline.
     *
     * @param token the token of the lease
     * @param remaining what is left of the lease
     * @param cause what went wrong
     */
    default void onRenewalFailed(FencingToken token, Duration remaining, Throwable cause) {}

    /**
     * A release or withdrawal could not be confirmed; it is tried again until the lease has run out at the service.
     *
     * @param lock the lock's name
     * @param cause what went wrong
     */
    default void onUndoFailed(String lock, Throwable cause) {}

    /**
     * This client took a lock away from its holder. The client of that holder is told of the loss of its lease.
     *
     * @param release what, by whom, why and how
     */
    default void onForceReleased(ForcedRelease release) {}

    /**
     * A released lock was handed to the next waiter of this process, without the backend. {@link #onReleased} of the one and
     * {@link #onAcquired} of the other are told as well.
     *
     * @param released the token of the lease that ended
     * @param acquired the token of the lease that begins
     */
    default void onHandOff(FencingToken released, FencingToken acquired) {}
}
