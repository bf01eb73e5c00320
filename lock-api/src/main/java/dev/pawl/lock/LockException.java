package dev.pawl.lock;

import org.jspecify.annotations.Nullable;

/** The root of everything that Pawl throws, but for {@code InterruptedException} and refused arguments. */
public abstract class LockException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * For the subclasses of Pawl's own modules; an application has no need of one.
     *
     * @param message what happened
     * @param cause what it comes from
     */
    protected LockException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
