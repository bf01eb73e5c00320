package dev.pawl.lock;

/**
 * What to do while a lock is held: the body of {@link Acquirable#run(LeaseAction)}.
 *
 * @param <L> the lease that the body is given: {@link Lease} or {@link MultiLease}
 * @param <X> what the body throws beside {@link InterruptedException}
 */
@FunctionalInterface
public interface LeaseAction<L, X extends Exception> {

    /**
     * Does it. The lease is closed afterwards.
     *
     * @param lease the lease, for its token, and to look whether it is still held
     * @throws X as the body pleases
     * @throws InterruptedException if the thread is interrupted in the body
     */
    void run(L lease) throws X, InterruptedException;
}
