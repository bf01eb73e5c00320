package dev.pawl.lock;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One hold of a lock, from its acquisition to {@link #close()} or its loss. The object is the hold: it carries the token
 * and the deadline, and any thread may use or close it.
 *
 * <p>{@link #isValid()} compares the monotonic clock with the last acknowledged deadline. It needs no timer, so a process
 * that was stopped and resumed gets the right answer at once. It cannot see the future: between a {@code true} and the
 * write that follows, the lease may end. Only a resource that refuses old {@linkplain #token() tokens} closes that gap.
 *
 * <p>Safe for use by several threads.
 */
public interface Lease extends AutoCloseable {

    /**
     * The name of the lock.
     *
     * @return the name
     */
    String name();

    /**
     * The fencing token, larger than that of every acquisition of this name that returned before this one began. It never
     * changes during the lease.
     *
     * @return the token
     */
    FencingToken token();

    /**
     * Whether the lock is still held as far as this process can know: neither released nor lost, and before the monotonic
     * deadline of the last acknowledged request. Once false it stays false. No I/O.
     *
     * @return true while held
     */
    boolean isValid();

    /**
     * The time left until the deadline; a renewed lease moves it forward. No I/O.
     *
     * @return the time left, zero once released or lost
     */
    Duration remaining();

    /**
     * Renews the lease now, once, for a time that may be longer or shorter than what is left of it. For work that turns out to take
     * longer than a lease that is not renewed, or for a lock that is to be free soon should this process stop.
     *
     * <p>The renewals in the background go on as before. They never shorten what this gave; a time shorter than {@link
     * LockOptions#leaseTime()} ends with the next of them. The time is never less than what is left of {@link
     * LockOptions#holdAtLeast()}. The lock is not handed to the next waiter of this process after it.
     *
     * <p>Waits for one exchange with the service, and for a background renewal that is under way, and ignores interrupts while it does.
     * Where the answer is lost, {@link #remaining()} tells what you may count on: no more than before.
     *
     * @param leaseTime how long the service is to keep the lock from now on; as in {@link LockOptions.Builder#leaseTime}
     * @return the time left, which is a little less
     * @throws LeaseLostException if the lease was lost or released, before or by the time of the answer
     * @throws LockBackendException if the service could not be asked, or it is not known what came of it; the lease may still be valid
     * @throws LockConfigException if the backend ties its locks to a session or a connection: {@link Capability#RENEW}; nothing was sent
     * @throws IllegalArgumentException if the time is out of range; nothing was sent
     */
    Duration renew(Duration leaseTime);

    /**
     * Returns if {@link #isValid()}, else throws. No I/O.
     *
     * @throws LeaseLostException if the lease was lost or released
     */
    void ensureValid();

    /**
     * Runs {@code action} once when the lease is lost, on a thread of the client's own; at once, on the calling thread, if
     * it is lost already. Never runs after a release that found the lease held. An exception it throws is logged.
     *
     * @param action what to do; it may block
     */
    void onLost(Consumer<LeaseLostEvent> action);

    /**
     * Releases without blocking the caller.
     *
     * <p>What depends on the result runs on the client's callback threads, and may block.
     *
     * @return completes when the backend has confirmed, exceptionally with {@link LeaseLostException} if the lease was lost
     *     before or the service says that it did not have it any more, with {@link LockBackendException} if the backend could not be reached (it is tried again in the background
     *     until the lease has run out)
     */
    CompletableFuture<Void> releaseAsync();

    /**
     * Releases the lock. Waits for the backend's confirmation for a bounded time, and ignores interrupts while it does; when
     * the backend is unreachable it returns, goes on trying in the background until the lease has run out, and tells {@link
     * LockListener#onUndoFailed}. A second call does nothing.
     *
     * @throws LeaseLostException if the lease was lost before, or the service says, while the time of the lease is running, that
     *     it did not have it any more: the body may not have been alone
     */
    @Override
    void close();
}
