package dev.pawl.lock.memory;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets one thread at a time into the service, for less than a microsecond or so each. Not a {@link
 * java.util.concurrent.locks.ReentrantLock}: where a caller's stack ends inside of its {@code lock()}, it may be left taken, and by
 * nobody. Here nothing is called between taking it and the caller's {@code try}, and it is given back by writing a field, which needs no room.
 */
final class Guard {

    private static final AtomicIntegerFieldUpdater<Guard> TAKEN =
            AtomicIntegerFieldUpdater.newUpdater(Guard.class, "taken");
    private static final int SPINS = 256;
    private static final long PAUSE = 20_000;

    /** Set to 0 by who leaves, directly: there may be no room for a call. */
    volatile int taken;

    void enter() {
        for (int tries = 0; !TAKEN.compareAndSet(this, 0, 1); tries++) {
            if (tries < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(this, PAUSE);
            }
        }
    }
}
