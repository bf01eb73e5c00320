package dev.pawl.lock;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The ways to acquire: what a lock on one name and a lock on several names have in common.
 *
 * <p>Each method waits as its line says and no longer than that plus one bounded exchange with the backend. However a
 * wait ends, a request that did not return a lease has left nothing behind: no lock, no queue entry, no watch.
 *
 * <p>Contention is never an exception and a fault is never "not acquired": a method that may come back empty-handed does
 * so only when another holder was seen; when the backend could not be asked it throws {@link LockBackendException}.
 *
 * <p><b>Memory effects.</b> Between threads of one JVM that use the same {@link LockClient}, releasing a lease
 * <i>happens-before</i> the next acquisition of the same name. Between JVMs there is no such relation: a remote lock orders
 * events, not memory. Hand the {@linkplain Lease#token() fencing token} to the shared resource instead.
 *
 * <p>Safe for use by several threads.
 *
 * @param <L> what an acquisition returns: {@link Lease} or {@link MultiLease}
 */
public interface Acquirable<L extends AutoCloseable> {

    /**
     * Waits until the lock is acquired, for as long as it takes, or as {@link LockOptions#acquireTimeout()} says.
     *
     * @return the lease; close it to release
     * @throws InterruptedException if the thread is interrupted before or while it waits; the request is undone
     * @throws LockTimeoutException if the options set a limit, and the lock was still held by others then
     * @throws LockBackendException if the backend is unreachable or refuses
     * @throws LockClientClosedException if the client is closed, before or during the wait
     */
    L acquire() throws InterruptedException;

    /**
     * Waits at most {@code timeout} for the lock. Zero and negative values make one attempt.
     *
     * @param timeout the longest wait
     * @return the lease; close it to release
     * @throws InterruptedException if the thread is interrupted before or while it waits; the request is undone
     * @throws LockTimeoutException if the lock was still held by others when the time was over
     * @throws LockBackendException if the backend is unreachable or refuses
     * @throws LockClientClosedException if the client is closed, before or during the wait
     */
    L acquire(Duration timeout) throws InterruptedException;

    /**
     * Makes exactly one attempt and does not wait for another holder. An interrupt does not end it; the thread's interrupt
     * status is kept.
     *
     * @return the lease, or empty when another holder has the lock or waits for it in this process
     * @throws LockBackendException if the backend is unreachable or refuses
     * @throws LockClientClosedException if the client is closed
     */
    Optional<L> tryAcquire();

    /**
     * Waits at most {@code timeout} for the lock. Zero and negative values make one attempt.
     *
     * @param timeout the longest wait
     * @return the lease, or empty when the lock was still held by others when the time was over
     * @throws InterruptedException if the thread is interrupted before or while it waits; the request is undone
     * @throws LockBackendException if the backend is unreachable or refuses
     * @throws LockClientClosedException if the client is closed, before or during the wait
     */
    Optional<L> tryAcquire(Duration timeout) throws InterruptedException;

    /**
     * Acquires without blocking the caller. {@code cancel()} on the result withdraws the request; a lease that was won at
     * that moment is released. Dependent actions run on the client's callback threads, never on the client library's, and may block:
     * more threads come, up to some thousands.
     *
     * @return completes with the lease, or exceptionally with what {@link #acquire()} would have thrown
     */
    CompletableFuture<L> acquireAsync();

    /**
     * Acquires without blocking the caller, waiting at most {@code timeout}. Otherwise as {@link #acquireAsync()}.
     *
     * @param timeout the longest wait; zero and negative values make one attempt
     * @return completes with the lease, or exceptionally with what {@link #acquire(Duration)} would have thrown
     */
    CompletableFuture<L> acquireAsync(Duration timeout);

    /**
     * Makes one attempt without blocking the caller, as {@link #tryAcquire()} does. Otherwise as {@link #acquireAsync()}.
     *
     * @return completes with the lease, or empty when another holder has the lock or waits for it in this process;
     *     exceptionally with what {@link #tryAcquire()} would have thrown
     */
    CompletableFuture<Optional<L>> tryAcquireAsync();

    /**
     * Acquires without blocking the caller, waiting at most {@code timeout}. Otherwise as {@link #acquireAsync()}.
     *
     * @param timeout the longest wait; zero and negative values make one attempt
     * @return completes with the lease, or empty when the lock was still held by others when the time was over; exceptionally
     *     with what {@link #tryAcquire(Duration)} would have thrown
     */
    CompletableFuture<Optional<L>> tryAcquireAsync(Duration timeout);

    /**
     * Acquires as {@link #acquire()} does, runs the body, and closes the lease.
     *
     * <pre>{@code
     * lock.run(lease -> store.write(item, lease.token()));
     * }</pre>
     *
     * <p>The compiler finds {@code X} by itself if the body throws one checked exception, or that and {@link InterruptedException}. A
     * body that throws two others declares what they have in common, or uses {@code try (L lease = acquire())}.
     *
     * @param body what to do with the lease
     * @param <X> what the body throws
     * @throws X if the body throws it; what closing the lease throws is suppressed then
     * @throws InterruptedException if the thread is interrupted before or while it waits, or the body throws it
     * @throws LeaseLostException if the body has ended and the lease was lost before: the body may not have been alone
     * @throws LockTimeoutException if the options set a limit, and the lock was still held by others then
     * @throws LockBackendException if the backend is unreachable or refuses
     * @throws LockClientClosedException if the client is closed, before or during the wait
     */
    <X extends Exception> void run(LeaseAction<? super L, X> body) throws X, InterruptedException;

    /**
     * Acquires as {@link #acquire(Duration)} does, runs the body, and closes the lease.
     *
     * @param timeout the longest wait; zero and negative values make one attempt
     * @param body what to do with the lease
     * @param <X> what the body throws
     * @throws X if the body throws it; what closing the lease throws is suppressed then
     * @throws InterruptedException if the thread is interrupted before or while it waits, or the body throws it
     * @throws LeaseLostException if the body has ended and the lease was lost before: the body may not have been alone
     * @throws LockTimeoutException if the lock was still held by others when the time was over; the body has not run
     * @throws LockBackendException if the backend is unreachable or refuses
     * @throws LockClientClosedException if the client is closed, before or during the wait
     */
    <X extends Exception> void run(Duration timeout, LeaseAction<? super L, X> body) throws X, InterruptedException;

    /**
     * As {@link #run(LeaseAction)}, for a body with a result.
     *
     * @param body what to do with the lease
     * @param <T> what the body returns
     * @param <X> what the body throws
     * @return what the body returned
     * @throws X if the body throws it; what closing the lease throws is suppressed then
     * @throws InterruptedException if the thread is interrupted before or while it waits, or the body throws it
     * @throws LeaseLostException if the body has ended and the lease was lost before: the body may not have been alone
     * @throws LockTimeoutException if the options set a limit, and the lock was still held by others then
     * @throws LockBackendException if the backend is unreachable or refuses
     * @throws LockClientClosedException if the client is closed, before or during the wait
     */
    <T extends @Nullable Object, X extends Exception> T call(LeaseFunction<? super L, T, X> body)
            throws X, InterruptedException;

    /**
     * As {@link #run(Duration, LeaseAction)}, for a body with a result.
     *
     * @param timeout the longest wait; zero and negative values make one attempt
     * @param body what to do with the lease
     * @param <T> what the body returns
     * @param <X> what the body throws
     * @return what the body returned
     * @throws X if the body throws it; what closing the lease throws is suppressed then
     * @throws InterruptedException if the thread is interrupted before or while it waits, or the body throws it
     * @throws LeaseLostException if the body has ended and the lease was lost before: the body may not have been alone
     * @throws LockTimeoutException if the lock was still held by others when the time was over; the body has not run
     * @throws LockBackendException if the backend is unreachable or refuses
     * @throws LockClientClosedException if the client is closed, before or during the wait
     */
    <T extends @Nullable Object, X extends Exception> T call(Duration timeout, LeaseFunction<? super L, T, X> body)
            throws X, InterruptedException;

    /**
     * Makes one attempt as {@link #tryAcquire()} does, and if that was granted runs the body and closes the lease.
     *
     * @param body what to do with the lease
     * @param <X> what the body throws
     * @return false when another holder has the lock: the body has not run
     * @throws X if the body throws it; what closing the lease throws is suppressed then
     * @throws InterruptedException if the body throws it
     * @throws LeaseLostException if the body has ended and the lease was lost before: the body may not have been alone
     * @throws LockBackendException if the backend is unreachable or refuses
     * @throws LockClientClosedException if the client is closed
     */
    <X extends Exception> boolean tryRun(LeaseAction<? super L, X> body) throws X, InterruptedException;

    /**
     * Acquires as {@link #tryAcquire(Duration)} does, and if that was granted runs the body and closes the lease.
     *
     * @param timeout the longest wait; zero and negative values make one attempt
     * @param body what to do with the lease
     * @param <X> what the body throws
     * @return false when the lock was still held by others when the time was over: the body has not run
     * @throws X if the body throws it; what closing the lease throws is suppressed then
     * @throws InterruptedException if the thread is interrupted before or while it waits, or the body throws it
     * @throws LeaseLostException if the body has ended and the lease was lost before: the body may not have been alone
     * @throws LockBackendException if the backend is unreachable or refuses
     * @throws LockClientClosedException if the client is closed, before or during the wait
     */
    <X extends Exception> boolean tryRun(Duration timeout, LeaseAction<? super L, X> body)
            throws X, InterruptedException;

    /**
     * As {@link #tryRun(LeaseAction)}, for a body with a result.
     *
     * @param body what to do with the lease; its result is not null
     * @param <T> what the body returns
     * @param <X> what the body throws
     * @return what the body returned, or empty when another holder has the lock: the body has not run
     * @throws X if the body throws it; what closing the lease throws is suppressed then
     * @throws InterruptedException if the body throws it
     * @throws NullPointerException if the body returned null
     * @throws LeaseLostException if the body has ended and the lease was lost before: the body may not have been alone
     * @throws LockBackendException if the backend is unreachable or refuses
     * @throws LockClientClosedException if the client is closed
     */
    <T, X extends Exception> Optional<T> tryCall(LeaseFunction<? super L, T, X> body) throws X, InterruptedException;

    /**
     * As {@link #tryRun(Duration, LeaseAction)}, for a body with a result.
     *
     * @param timeout the longest wait; zero and negative values make one attempt
     * @param body what to do with the lease; its result is not null
     * @param <T> what the body returns
     * @param <X> what the body throws
     * @return what the body returned, or empty when the lock was still held by others when the time was over: the body has not run
     * @throws X if the body throws it; what closing the lease throws is suppressed then
     * @throws InterruptedException if the thread is interrupted before or while it waits, or the body throws it
     * @throws NullPointerException if the body returned null
     * @throws LeaseLostException if the body has ended and the lease was lost before: the body may not have been alone
     * @throws LockBackendException if the backend is unreachable or refuses
     * @throws LockClientClosedException if the client is closed, before or during the wait
     */
    <T, X extends Exception> Optional<T> tryCall(Duration timeout, LeaseFunction<? super L, T, X> body)
            throws X, InterruptedException;
}
