package dev.pawl.lock.spring.integration;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.Objects;
import org.springframework.integration.support.locks.DistributedLock;
import org.springframework.integration.support.locks.RenewableLockRegistry;

/**
 * {@link PawlLockRegistry} for Spring Integration 7: its locks have Spring's {@link DistributedLock}, with a time to live. A lock that is
 * taken with a time is not renewed, so that time is the most that its holder gets; unless {@link #renewLock(Object, Duration)} extends it.
 * To lock it again with a time gives it at least that time from then on.
 *
 * <p>Safe for use by several threads. The client stays yours: you close it.
 */
public final class PawlDistributedLockRegistry implements RenewableLockRegistry<DistributedLock> {

    private final Holds holds;

    /**
     * A registry of locks with the client's options.
     *
     * @param locks whose locks to take
     */
    public PawlDistributedLockRegistry(LockClient locks) {
        this.holds = new Holds(locks, null);
    }

    /**
     * A registry of locks with options of their own.
     *
     * @param locks whose locks to take
     * @param options lease time and the rest
     */
    public PawlDistributedLockRegistry(LockClient locks, LockOptions options) {
        this.holds = new Holds(locks, Objects.requireNonNull(options, "options"));
    }

    /**
     * The lock of a key. No I/O. To take it with a time throws {@link dev.pawl.lock.LockConfigException} if the backend ties its locks to a
     * session or a connection.
     *
     * @param lockKey a string that Pawl allows as a name
     * @return the lock; {@code newCondition()} is not supported
     * @throws IllegalArgumentException if the key is no string, blank, or too long
     */
    @Override
    public DistributedLock obtain(Object lockKey) {
        return new TimedRegistryLock(holds, Holds.key(lockKey));
    }

    /**
     * As {@link PawlLockRegistry#renewLock(Object)}. A lock that was taken with a time gets that time once more.
     *
     * @param lockKey its key
     */
    @Override
    public void renewLock(Object lockKey) {
        holds.renew(Holds.key(lockKey), null);
    }

    /**
     * As {@link PawlLockRegistry#renewLock(Object, Duration)}.
     *
     * @param lockKey its key
     * @param ttl 2 ms to 7 days, in whole milliseconds
     */
    @Override
    public void renewLock(Object lockKey, Duration ttl) {
        holds.renew(Holds.key(lockKey), Objects.requireNonNull(ttl, "ttl"));
    }
}
