package dev.pawl.lock;

import java.time.Duration;

/**
 * Told what the locks of a client do, for metrics and logs. Every method does nothing by default.
 *
 * <p>Calls come from whichever thread made the event happen, the client library's I/O thread among them, with no lock held:
 * return quickly and do not block, for whoever just got the lock may be woken only afterwards (waiting for the very lock that
 * is told of throws {@link IllegalStateException}). Events of one name come in the order in which they happened. An exception is
 * logged at WARN and breaks nothing.
 */
public interface LockListener {

    /**
     * The backend is being asked for a lock.
     *
     * @param lock the lock's name
     */
    default void onAttempt(String lock) {}

    /**
     * A request got its lease.
     *
     * @param token the token of the lease
     * @param waited the time from the request to the lease
     */
    default void onAcquired(FencingToken token, Duration waited) {}

    /**
     * A lease was released by its holder.
     *
     * @param token the token of the lease
     * @param held how long it was held
     */
    default void onReleased(FencingToken token, Duration held) {}

    /**
     * A lease was lost.
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
     * A released lock was handed to the next waiter of this process, without the backend. {@link #onReleased} of the one and
     * {@link #onAcquired} of the other are told as well.
     *
     * @param released the token of the lease that ended
     * @param acquired the token of the lease that begins
     */
    default void onHandOff(FencingToken released, FencingToken acquired) {}
}
