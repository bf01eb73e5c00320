package dev.pawl.lock.internal;

import dev.pawl.lock.LockKind;
import dev.pawl.lock.spi.Contest;

/**
 * How much of a name a request wants.
 *
 * @param kind what stands under the name
 * @param permits how many of its permits, all or none
 * @param limit how many permits may be out at once
 */
record Claim(LockKind kind, int permits, int limit) {

    /** The whole of it, for one alone. */
    static final Claim LOCK = new Claim(LockKind.LOCK, 1, 1);

    static Claim permits(int permits, int limit) {
        return new Claim(LockKind.SEMAPHORE, permits, limit);
    }

    boolean isOfLock() {
        return kind == LockKind.LOCK;
    }

    Contest.Mode mode() {
        return switch (kind) {
            case LOCK -> Contest.Mode.EXCLUSIVE;
            case SEMAPHORE -> Contest.Mode.PERMITS;
            case READ_WRITE -> Contest.Mode.READ_WRITE;
        };
    }

    /** What to call it in a message. */
    String title(String name) {
        String what = switch (kind) {
            case LOCK -> "lock";
            case SEMAPHORE -> "semaphore";
            case READ_WRITE -> "reader-writer lock";
        };
        return what + " '" + name + "'";
    }
}
