package dev.pawl.lock.internal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** The read lock of a thread. One that writes reads under its write lock, which it then has once more. */
final class ThreadOwnedReader implements Lock {

    private final ThreadOwnedLock reading;
    private final ThreadOwnedLock writing;

    ThreadOwnedReader(ThreadOwnedLock reading, ThreadOwnedLock writing) {
        this.reading = reading;
        this.writing = writing;
    }

    private ThreadOwnedLock mine() {
        return writing.isMine() ? writing : reading;
    }

    @Override
    public void lock() {
        mine().lock();
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        mine().lockInterruptibly();
    }

    @Override
    public boolean tryLock() {
        return mine().tryLock();
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return mine().tryLock(time, unit);
    }

    @Override
    public void unlock() {
        mine().unlock();
    }

    @Override
    public Condition newCondition() {
        return reading.newCondition();
    }

    @Override
    public String toString() {
        return "Read" + reading;
    }
}
