package dev.pawl.lock;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

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
     * Waits until the lock is acquired, for as long as it takes.
     *
     * @return the lease; close it to release
     * @throws InterruptedException if the thread is interrupted before or while it waits; the request is undone
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
     * that moment is released. Dependent actions run on the client's callback threads: use the {@code …Async} forms with an
     * executor of your own for work that blocks.
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
}
