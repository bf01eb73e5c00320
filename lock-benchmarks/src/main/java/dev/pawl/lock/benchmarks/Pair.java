package dev.pawl.lock.benchmarks;

/** One acquisition, what is done under the lock, and the release. Each thread has its own. */
@FunctionalInterface
interface Pair {

    void run() throws InterruptedException;
}
