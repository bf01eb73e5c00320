package dev.pawl.lock;

import java.util.concurrent.locks.Lock;

/**
 * A lock on one name, shared by every process that uses the same backend and namespace.
 *
 * <pre>{@code
 * try (Lease lease = lock.acquire()) {
 *     store.write(item, lease.token());
 * }
 * }</pre>
 *
 * <p>A lease belongs to whoever holds the {@link Lease} object, not to a thread: a second {@code acquire()} in the same
 * thread waits like any other. {@link #asLock()} is the thread-owned, reentrant view. The object itself holds nothing; two
 * of the same name from one client are interchangeable.
 *
 * <p>Requests of one client for one name are served first come, first served. Between processes the order is what
 * {@link Guarantees#order()} says: a client stands in the service's queue once for each name, with its first waiter, and again when
 * that has released; save for bounded {@linkplain LockOptions#handOffMaxGrants() hand-off}.
 */
public interface DistributedLock extends Acquirable<Lease> {

    /**
     * The name as it was given.
     *
     * @return the name
     */
    String name();

    /**
     * A view of this lock as a {@link Lock}: owned by a thread, reentrant within the client.
     *
     * <p>Re-entry makes no I/O and keeps the token; it throws {@link LeaseLostException} when the hold was lost. {@code
     * unlock()} by a thread that does not hold throws {@link IllegalMonitorStateException}; the last {@code unlock()} of a lost
     * hold throws {@link LeaseLostException}. {@code newCondition()} throws {@link UnsupportedOperationException}. {@code
     * tryLock} with a time and {@code lockInterruptibly} wait and answer as {@link #tryAcquire(java.time.Duration)} and {@link
     * #acquire()}; {@code lock()} waits through interrupts and restores the status.
     *
     * @return the view
     */
    Lock asLock();
}
