package dev.pawl.lock.internal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** The write lock of a thread. One that reads would wait for itself. */
final class ThreadOwnedWriter implements Lock {

    private final ThreadOwnedLock reading;
    private final ThreadOwnedLock writing;

    ThreadOwnedWriter(ThreadOwnedLock reading, ThreadOwnedLock writing) {
        this.reading = reading;
        this.writing = writing;
    }

    private void refuseUpgrade() {
        if (reading.isMine()) {
            throw new IllegalStateException(
                    writing + ": thread '"
                            + Thread.currentThread().getName()
                            + "' holds it to read, and would wait for itself; unlock that first, and look again at what it has read");
        }
    }

    @Override
    public void lock() {
        refuseUpgrade();
        writing.lock();
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        refuseUpgrade();
        writing.lockInterruptibly();
    }

    @Override
    public boolean tryLock() {
        return !reading.isMine() && writing.tryLock();
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return !reading.isMine() && writing.tryLock(time, unit);
    }

    @Override
    public void unlock() {
        writing.unlock();
    }

    @Override
    public Condition newCondition() {
        return writing.newCondition();
    }

    @Override
    public String toString() {
        return "Write" + writing;
    }
}
