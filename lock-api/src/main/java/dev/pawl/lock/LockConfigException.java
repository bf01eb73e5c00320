package dev.pawl.lock;

import org.jspecify.annotations.Nullable;

/** The configuration is wrong, incomplete, or asks for what the backend cannot give. Thrown at start-up, before a lock is used. */
public final class LockConfigException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message which setting, its value unless secret, and what to do
     */
    public LockConfigException(String message) {
        super(message, null);
    }

    /**
     * Creates the exception.
     *
     * @param message which setting, its value unless secret, and what to do
     * @param cause what was thrown while it was read
     */
    public LockConfigException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
