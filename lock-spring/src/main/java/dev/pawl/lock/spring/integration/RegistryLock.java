package dev.pawl.lock.spring.integration;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** The lock of one key, as its registry gives it: owned by a thread, reentrant. Holds nothing itself: two of one key are equal. */
class RegistryLock implements Lock {

    /** Without a limit, whatever the options say. */
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private final Holds holds;
    private final String key;

    RegistryLock(Holds holds, String key) {
        this.holds = holds;
        this.key = holds.lock(key, null).name();
    }

    @Override
    public void lock() {
        enter(null);
    }

    /** Waits through interrupts. */
    final void enter(@Nullable Duration timeToLive) {
        boolean interrupted = false;
        boolean entered = holds.reenter(key, timeToLive);
        try {
            while (!entered) {
                try {
                    entered = holds.entered(key, holds.lock(key, timeToLive).tryAcquire(FOREVER));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        tryEnter(FOREVER, null);
    }

    @Override
    public boolean tryLock() {
        return holds.reenter(key, null)
                || holds.entered(key, holds.lock(key, null).tryAcquire());
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return tryEnter(Duration.ofNanos(Math.max(0, unit.toNanos(time))), null);
    }

    final boolean tryEnter(Duration wait, @Nullable Duration timeToLive) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return holds.reenter(key, timeToLive)
                || holds.entered(key, holds.lock(key, timeToLive).tryAcquire(wait));
    }

    @Override
    public void unlock() {
        holds.leave(key);
    }

    /** Unsupported: a condition would need the service to wake threads of other processes. */
    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("lock '" + key + "': a distributed lock has no conditions");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof RegistryLock lock && holds == lock.holds && key.equals(lock.key));
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    @Override
    public String toString() {
        return "Lock[" + key + "]";
    }
}
