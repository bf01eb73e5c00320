package dev.pawl.lock;

/**
 * A semaphore, shared by every process that uses the same backend and namespace: at most {@link #limit()} permits are out at once.
 *
 * <pre>{@code
 * DistributedSemaphore migrations = locks.semaphore("db-migrations", 3);
 * try (Lease permit = migrations.acquire()) {
 *     migrate(tenant);
 * }
 * }</pre>
 *
 * <p>A permit is a {@link Lease}: renewed while it is held, lost when it cannot be, and free again after its lease time when its process has
 * crashed. {@link #acquire()} and its like ask for one permit; {@link #permits(int)} asks for several at once.
 *
 * <p>Every request stands in the service's queue by itself, in the order in which it came there, whichever process it is from. A request for
 * many permits is not overtaken by requests for few that came later. Between processes that order is what {@link Guarantees#order()} says.
 * Nothing is handed on within a process, so {@link LockOptions#handOffMaxGrants()} means nothing here.
 *
 * <p>The limit goes with each request: it is granted when no more than its own limit would be out. Processes may so go over to another limit
 * one after the other. A lower limit takes nothing from those who hold permits; it waits until enough of them have let go.
 *
 * <p>Each grant has a {@linkplain Lease#token() token} that is larger than those of all grants before. It tells holders apart and orders
 * them. It does not make one holder exclude another: do not give it to a guard, which would refuse all but the newest holder.
 *
 * <p>A semaphore and a lock of the same name have nothing to do with each other. The object itself holds nothing; two of the same name and
 * limit from one client are interchangeable. Safe for use by several threads.
 */
public interface DistributedSemaphore extends Acquirable<Lease> {

    /**
     * The name as it was given.
     *
     * @return the name
     */
    String name();

    /**
     * How many permits may be out at once, as far as requests of this object are concerned.
     *
     * @return at least 1
     */
    int limit();

    /**
     * Several permits at once, all or none, on one lease. No I/O, and nothing to close or keep.
     *
     * @param permits how many, from 1 to {@link #limit()}
     * @return what acquires them
     * @throws IllegalArgumentException if there can never be so many, or it is less than 1
     */
    Acquirable<Lease> permits(int permits);
}
