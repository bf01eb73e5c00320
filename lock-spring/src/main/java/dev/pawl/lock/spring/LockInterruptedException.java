package dev.pawl.lock.spring;

import dev.pawl.lock.LockException;

/**
 * The thread was interrupted while it waited for the lock of a {@link Locked} method that does not declare {@link InterruptedException}. The
 * method has not run, the request is undone, and the thread's interrupt status is set.
 */
public final class LockInterruptedException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message which locks
     * @param cause the interrupt
     */
    public LockInterruptedException(String message, InterruptedException cause) {
        super(message, cause);
    }
}
