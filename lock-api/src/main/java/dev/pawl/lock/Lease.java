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
     * Returns if {@link #isValid()}, else throws. No I/O.
     *
     * @throws LeaseLostException if the lease was lost or released
     */
    void ensureValid();

    /**
     * Runs {@code action} once when the lease is lost, on a thread of the client's own; at once, on the calling thread, if
     * it is lost already. Never runs after a release. An exception it throws is logged.
     *
     * @param action what to do; it may block
     */
    void onLost(Consumer<LeaseLostEvent> action);

    /**
     * Releases without blocking the caller.
     *
     * @return completes when the backend has confirmed, exceptionally with {@link LeaseLostException} if the lease was lost
     *     before, with {@link LockBackendException} if the backend could not be reached (it is tried again in the background
     *     until the lease has run out)
     */
    CompletableFuture<Void> releaseAsync();

    /**
     * Releases the lock. Waits for the backend's confirmation for a bounded time, and ignores interrupts while it does; when
     * the backend is unreachable it returns, goes on trying in the background until the lease has run out, and tells {@link
     * LockListener#onUndoFailed}. A second call does nothing.
     *
     * @throws LeaseLostException if the lease was lost before: the body may not have been alone
     */
    @Override
    void close();
}
