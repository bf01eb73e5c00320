package dev.pawl.lock;

import java.util.Optional;
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
     * Asks the service who holds this lock. One exchange; an interrupt does not end it.
     *
     * @return what the service knows, or empty when the lock is free
     * @throws LockConfigException if the backend cannot say; nothing was sent then ({@link Capability#INSPECT})
     * @throws LockBackendException if the service is unreachable or refuses
     */
    Optional<LockInfo> inspect();

    /**
     * Takes this lock away from the holder that you saw, so that two never hold it. From now on the service refuses the holder's
     * renewals: its lease is lost with {@link LossReason#TAKEN_OVER} at the next of them, or at once where the service can say so.
     * Another gets the lock when the holder has let go, or when its lease has run out. It is logged, and told to {@link
     * LockListener#onForceReleased}.
     *
     * @param seen the token that {@link #inspect()} gave
     * @param reason why, for the log
     * @return what was taken away, with a token above the holder's, which you may give to guards at once: then the holder can write
     *     no more. Empty if nobody holds the lock or somebody has it with another token, and then nothing has happened
     * @throws LockConfigException if the backend cannot do it; nothing was sent then ({@link Capability#REVOKE})
     * @throws LockBackendException if the service is unreachable or refuses
     */
    Optional<LockInfo> revoke(FencingToken seen, String reason);

    /**
     * <b>Two may hold the lock after this.</b> Frees it at once. The holder that you saw may go on to believe that it holds the lock, for
     * up to a third of its lease; only guards at the resource protect it then. It is logged, and told to {@link
     * LockListener#onForceReleased}. Where you can wait, use {@link #revoke}.
     *
     * @param seen the token that {@link #inspect()} gave
     * @param reason why, for the log
     * @return as {@link #revoke}
     * @throws LockConfigException if the backend cannot do it; nothing was sent then ({@link Capability#FORCE_RELEASE})
     * @throws LockBackendException if the service is unreachable or refuses
     */
    Optional<LockInfo> forceRelease(FencingToken seen, String reason);

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
