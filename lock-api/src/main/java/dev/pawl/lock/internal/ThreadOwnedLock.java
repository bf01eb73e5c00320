package dev.pawl.lock.internal;

import dev.pawl.lock.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** A lock as {@code java.util.concurrent} knows locks: owned by a thread, reentrant. */
final class ThreadOwnedLock implements Lock {

    private final NamedAcquirable lock;
    private final ThreadHolds holds;

    ThreadOwnedLock(NamedAcquirable lock, ThreadHolds holds) {
        this.lock = lock;
        this.holds = holds;
    }

    @Override
    public void lock() {
        if (!reenter()) {
            holds.add(lock.name(), lock.acquireUninterruptibly());
        }
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (!reenter()) {
            holds.add(lock.name(), lock.acquireWithoutLimit());
        }
    }

    @Override
    public boolean tryLock() {
        return reenter() || entered(lock.tryAcquire().orElse(null));
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (reenter()) {
            return true;
        }
        Optional<Lease> lease = lock.tryAcquire(Duration.ofNanos(unit.toNanos(time)));
        return entered(lease.orElse(null));
    }

    @Override
    public void unlock() {
        ThreadHolds.Entry mine = holds.mine(lock.name());
        if (mine == null) {
            throw new IllegalMonitorStateException(lock.claim().title(lock.name()) + ": not held by thread '"
                    + Thread.currentThread().getName() + "'");
        }
        if (mine.exit()) {
            holds.remove(lock.name());
            mine.lease().close();
        }
    }

    /** Unsupported: a condition would need the service to wake threads of other processes. */
    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException(
                lock.claim().title(lock.name()) + ": a distributed lock has no conditions");
    }

    /** Whether this thread holds it. */
    boolean isMine() {
        return holds.mine(lock.name()) != null;
    }

    private boolean reenter() {
        ThreadHolds.Entry mine = holds.mine(lock.name());
        if (mine == null) {
            return false;
        }
        mine.lease().ensureValid();
        mine.enter();
        return true;
    }

    private boolean entered(@Nullable Lease lease) {
        if (lease == null) {
            return false;
        }
        holds.add(lock.name(), lease);
        return true;
    }

    @Override
    public String toString() {
        return "Lock[" + lock.name() + "]";
    }
}
