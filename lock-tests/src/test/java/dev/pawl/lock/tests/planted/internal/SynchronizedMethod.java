package dev.pawl.lock.tests.planted.internal;

final class SynchronizedMethod {

    private int count;

    synchronized int next() {
        return ++count;
    }
}
