package dev.pawl.lock.redlock;

import java.util.concurrent.atomic.AtomicIntegerArray;

/** At which nodes a contest may stand on the waiting list. Safe for use by several threads. */
final class QueuedNodes {

    /** How many requests may have put it there. */
    private final AtomicIntegerArray requests;

    QueuedNodes(int nodes) {
        requests = new AtomicIntegerArray(nodes);
    }

    /** A request that may put it there is about to be sent. */
    void mayStand(int node) {
        requests.incrementAndGet(node);
    }

    /** That request did not: it was granted, or never sent. */
    void didNot(int node) {
        requests.decrementAndGet(node);
    }

    boolean isAt(int node) {
        return requests.get(node) > 0;
    }

    boolean isEmpty() {
        for (int i = 0; i < requests.length(); i++) {
            if (isAt(i)) {
                return false;
            }
        }
        return true;
    }
}
