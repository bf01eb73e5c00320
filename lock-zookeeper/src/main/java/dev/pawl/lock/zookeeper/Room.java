package dev.pawl.lock.zookeeper;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.ZooKeeper;

/**
 * How much of one session may be used. Its end is one write with the paths of all its ephemeral nodes, and a server that logs one of
 * more than one or two megabytes cannot read its log again: it does not start any more, and without a line in the log nobody knows
 * why. Safe for use by several threads.
 *
 * @see <a href="https://issues.apache.org/jira/browse/ZOOKEEPER-4306">ZOOKEEPER-4306</a>
 */
final class Room {

    /** Half of what a server takes as one packet unless it is configured otherwise: an application has nodes of its own. */
    static final int BYTES = 512 * 1024;

    /** What the service writes beside each path: its length. */
    static final int BESIDE = 4;

    /** Several backends may use one session. */
    private static final Map<ZooKeeper, Room> ROOMS = Collections.synchronizedMap(new WeakHashMap<>());

    private final AtomicInteger taken = new AtomicInteger();

    private Room() {}

    static Room of(ZooKeeper handle) {
        return ROOMS.computeIfAbsent(handle, key -> new Room());
    }

    /** For a node of which the service is about to hear; false if there is no room for it. */
    boolean take(int bytes) {
        if (taken.addAndGet(bytes) <= BYTES) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    /** The service does not have the node, or has it no more. */
    void give(int bytes) {
        taken.addAndGet(-bytes);
    }

    int taken() {
        return taken.get();
    }
}
