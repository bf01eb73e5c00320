package dev.pawl.lock;

import org.jspecify.annotations.Nullable;

/**
 * What to find out while a lock is held: the body of {@link Acquirable#call(LeaseFunction)}.
 *
 * @param <L> the lease that the body is given: {@link Lease} or {@link MultiLease}
 * @param <T> what the body returns
 * @param <X> what the body throws beside {@link InterruptedException}
 */
@FunctionalInterface
public interface LeaseFunction<L, T extends @Nullable Object, X extends Exception> {

    /**
     * Does it. The lease is closed afterwards.
     *
     * @param lease the lease, for its token, and to look whether it is still held
     * @return the result
     * @throws X as the body pleases
     * @throws InterruptedException if the thread is interrupted in the body
     */
    T apply(L lease) throws X, InterruptedException;
}
