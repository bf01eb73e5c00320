package dev.pawl.lock.spring.integration;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import org.springframework.integration.support.locks.RenewableLockRegistry;

/**
 * Spring Integration's registry of locks, over any backend of Pawl. The key is the name of the lock, in the client's namespace. On Spring
 * Integration 7, {@link PawlDistributedLockRegistry} can do more; this one works there, too.
 *
 * <p>A lock belongs to its registry and to a thread: the thread may lock it again, two registries contend. It is renewed until it is
 * unlocked, and waiting threads are woken by the service, where it can. A lost lock is told: a second {@code lock()} and {@link
 * #renewLock} throw {@link dev.pawl.lock.LeaseLostException}, and the last {@code unlock()} throws {@link
 * java.util.ConcurrentModificationException}, as Spring Integration promises. A service that cannot be asked is a {@link
 * dev.pawl.lock.LockBackendException}.
 *
 * <p>The registry keeps nothing for a key that nobody holds, so there is nothing to expire. Locks of one key are equal. Safe for use by
 * several threads. The client stays yours: you close it.
 */
// Raw, since the type has a parameter in Spring Integration 7 and none in 6.5, where reflection would fail on one.
@SuppressWarnings("rawtypes")
public final class PawlLockRegistry implements RenewableLockRegistry {

    private final Holds holds;

    /**
     * A registry of locks with the client's options.
     *
     * @param locks whose locks to take
     */
    public PawlLockRegistry(LockClient locks) {
        this.holds = new Holds(locks, null);
    }

    /**
     * A registry of locks with options of their own.
     *
     * @param locks whose locks to take
     * @param options lease time and the rest
     */
    public PawlLockRegistry(LockClient locks, LockOptions options) {
        this.holds = new Holds(locks, Objects.requireNonNull(options, "options"));
    }

    /**
     * The lock of a key. No I/O.
     *
     * @param lockKey a string that Pawl allows as a name
     * @return the lock; {@code newCondition()} is not supported
     * @throws IllegalArgumentException if the key is no string, blank, or too long
     */
    @Override
    public Lock obtain(Object lockKey) {
        return new RegistryLock(holds, Holds.key(lockKey));
    }

    /**
     * Renews a lock that this thread holds, now, once. It is renewed in the background anyway: this asks the service whether it still has it.
     * A backend whose locks live as long as a session or a connection is not asked.
     *
     * @param lockKey its key
     * @throws IllegalMonitorStateException if this thread does not hold it
     * @throws dev.pawl.lock.LeaseLostException if it was lost
     * @throws dev.pawl.lock.LockBackendException if the service could not be asked
     */
    @Override
    public void renewLock(Object lockKey) {
        holds.renew(Holds.key(lockKey), null);
    }

    /**
     * The same, for a time that may be longer or shorter than what is left: as {@link dev.pawl.lock.Lease#renew}.
     *
     * @param lockKey its key
     * @param ttl 2 ms to 7 days, in whole milliseconds
     * @throws IllegalMonitorStateException if this thread does not hold it
     * @throws dev.pawl.lock.LeaseLostException if it was lost
     * @throws dev.pawl.lock.LockBackendException if the service could not be asked
     * @throws dev.pawl.lock.LockConfigException if the backend ties its locks to a session or a connection
     */
    @Override
    public void renewLock(Object lockKey, Duration ttl) {
        holds.renew(Holds.key(lockKey), Objects.requireNonNull(ttl, "ttl"));
    }
}
