package dev.pawl.lock.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The requests of one client for permits, or to read or write: each has a {@link LockQueue} of its own, and stands here while it has. */
final class RequestQueues {

    private final Engine engine;
    private final Set<LockQueue> queues = ConcurrentHashMap.newKeySet();

    RequestQueues(Engine engine) {
        this.engine = engine;
    }

    /** The client may close a queue before the request comes; the next one says that the client is closed. */
    LockQueue join(String name, Claim claim, Waiter waiter) {
        while (true) {
            LockQueue queue = new LockQueue(name, claim, engine);
            queues.add(queue);
            boolean joined = false;
            try {
                joined = queue.join(waiter);
            } finally {
                if (!joined && queue.isIdle()) {
                    queues.remove(queue);
                }
            }
            if (joined) {
                return queue;
            }
        }
    }

    void retire(LockQueue queue) {
        queues.remove(queue);
    }

    Stream<LockQueue> all() {
        return queues.stream();
    }

    int size() {
        return queues.size();
    }

    /** How many requests wait for what this one is about. */
    int waiting(LockQueue queue) {
        return all().filter(other -> other.claim().kind() == queue.claim().kind()
                        && other.name().equals(queue.name()))
                .mapToInt(LockQueue::waiting)
                .sum();
    }
}
