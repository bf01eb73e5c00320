package dev.pawl.lock.chaos;

import dev.pawl.lock.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Whatever gives locks to the processes of a run. Used by several threads. */
interface Locks extends AutoCloseable {

    /** Makes what a process uses; does not give up. */
    @FunctionalInterface
    interface Connector {
        /**
         * Connects.
         *
         * @param lease the lease time of all locks
         * @return closed by the process when it ends
         */
        Locks connect(Duration lease);
    }

    /**
     * Asks for a lock.
     *
     * @param lock its name
     * @param patience when to return at the latest, zero for one attempt, or empty to wait as long as it takes
     * @param random decides how
     * @return the lease, or empty without the lock
     * @throws Exception if it failed, and nobody knows what happened at the service
     */
    Optional<Lease> acquire(String lock, Optional<Duration> patience, Random random) throws Exception;

    /**
     * What there is that several may hold.
     *
     * @return nothing unless it says otherwise
     */
    default List<Permits> permits() {
        return List.of();
    }

    /**
     * Asks for permits.
     *
     * @param what of what
     * @param permits how many, up to {@link Permits#most()}; of a reader-writer lock one to read, or all to write
     * @param patience as for a lock
     * @param random decides how
     * @return the lease, or empty without the permits
     * @throws Exception if it failed, and nobody knows what happened at the service
     */
    default Optional<Lease> acquirePermits(Permits what, int permits, Optional<Duration> patience, Random random)
            throws Exception {
        throw new UnsupportedOperationException("permits");
    }

    @Override
    void close();
}
