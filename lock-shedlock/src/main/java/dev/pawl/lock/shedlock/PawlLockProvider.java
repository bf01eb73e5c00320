package dev.pawl.lock.shedlock;

import dev.pawl.lock.Capability;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import net.javacrumbs.shedlock.core.ExtensibleLockProvider;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.SimpleLock;

/**
 * A ShedLock provider over any Pawl backend that counts leases: Redis, Redlock, SQL in lease mode, memory. The name of a task is the name
 * of its lock, in the client's namespace; {@code lockAtMostFor} is the lease time, which nothing renews by itself; {@code
 * lockAtLeastFor} is kept by the service, also when this process ends. (The least time of an <em>extension</em> is kept by the client: it
 * ends when you close the client, and listeners are told of a lost lease at its end.)
 *
 * <p>Three things you do not have with other providers. The times are counted by the service and by the monotonic clock, so machines
 * whose clocks differ do not run a task twice. {@link #currentLease()} gives the task its fencing token. A task that has run
 * longer than {@code lockAtMostFor} is told in the log, and to the client's listeners: another machine may have run it at the same time.
 *
 * <p>Safe for use by several threads. An attempt makes one exchange with the service and does not wait for the lock; a service that
 * cannot be asked is a {@link dev.pawl.lock.LockBackendException}. The client stays yours: you close it.
 */
public final class PawlLockProvider implements ExtensibleLockProvider {

    private final LockClient client;

    /**
     * A provider of a client's locks.
     *
     * @param client whose locks to take
     * @throws dev.pawl.lock.LockConfigException if its backend ties locks to a session or a connection: such a lock cannot end after a
     *     time, or outlast its client
     */
    public PawlLockProvider(LockClient client) {
        this.client = Objects.requireNonNull(client, "client");
        client.guarantees().ensure(Capability.RENEW);
        client.guarantees().ensure(Capability.HOLD_AT_LEAST);
    }

    /**
     * Takes the lock of a task if it is free.
     *
     * @param configuration the name and the times of the task; a lease of 2 ms to 7 days
     * @return the lock, or empty if another has it
     * @throws IllegalArgumentException if a time or the name is out of range; nothing was sent
     * @throws dev.pawl.lock.LockBackendException if the service could not be asked
     */
    @Override
    public Optional<SimpleLock> lock(LockConfiguration configuration) {
        LockOptions options = options(configuration);
        return client.lock(configuration.getName(), options)
                .tryAcquire()
                .map(lease -> TaskLock.taken(configuration, options, lease));
    }

    private static LockOptions options(LockConfiguration configuration) {
        LockOptions.Builder options = LockOptions.builder()
                .leaseTime(configuration.getLockAtMostFor())
                .renewal(false);
        if (configuration.getLockAtLeastFor().compareTo(Duration.ZERO) > 0) {
            options.holdAtLeast(configuration.getLockAtLeastFor());
        }
        return options.build();
    }

    /**
     * The lease under which the current thread runs a task: the last that it took from a provider and has not let go. Its {@link
     * Lease#token() token} goes to the resource that the task writes to. Leave its end to ShedLock. No I/O.
     *
     * @return the lease, or empty outside of a task, and where ShedLock ran the task on another thread
     */
    public static Optional<Lease> currentLease() {
        return TaskLock.current();
    }
}
