package dev.pawl.lock.spring;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;

/**
 * What the {@link Locked} method that runs on this thread holds. Also in methods that it calls, on the same thread.
 *
 * <p>Safe for use by several threads.
 */
public final class Locks {

    private Locks() {}

    /**
     * The lease of the innermost {@link Locked} method. It is released by the method's proxy, after its transaction: {@code close()} and
     * {@code releaseAsync()} throw {@link UnsupportedOperationException}.
     *
     * @return the lease
     * @throws IllegalStateException if no such method runs on this thread, or the method has several names
     */
    public static Lease currentLease() {
        return Frame.current().onlyLease();
    }

    /**
     * The fencing token of the innermost {@link Locked} method.
     *
     * @return the token
     * @throws IllegalStateException if no such method runs on this thread, or the method has several names
     */
    public static FencingToken currentToken() {
        return currentLease().token();
    }

    /**
     * The lease of one of the names of the innermost {@link Locked} method, or of one further up.
     *
     * @param name the lock
     * @return the lease, as for {@link #currentLease()}
     * @throws IllegalStateException if no such method on this thread has the name
     */
    public static Lease currentLease(String name) {
        return Frame.current().lease(name);
    }
}
