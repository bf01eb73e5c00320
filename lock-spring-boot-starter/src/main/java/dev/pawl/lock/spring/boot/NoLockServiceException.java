package dev.pawl.lock.spring.boot;

import dev.pawl.lock.LockException;

/** The application has not said which service has the locks. */
final class NoLockServiceException extends LockException {

    private static final long serialVersionUID = 1L;

    private final String action;

    NoLockServiceException(String message, String action) {
        super(message, null);
        this.action = action;
    }

    /** What to write. */
    String action() {
        return action;
    }
}
