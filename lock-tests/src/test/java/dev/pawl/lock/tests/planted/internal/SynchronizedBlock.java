package dev.pawl.lock.tests.planted.internal;

final class SynchronizedBlock {

    private int count;

    int next() {
        synchronized (this) {
            return ++count;
        }
    }
}
