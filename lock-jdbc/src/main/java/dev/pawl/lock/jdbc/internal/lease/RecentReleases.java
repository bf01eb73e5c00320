package dev.pawl.lock.jdbc.internal.lease;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The releases of the last seconds. PostgreSQL confirms one before it is on its disk, so one that was confirmed just before a
 * crash of the server is undone by it: it is sent again then. Safe for use by several threads.
 */
public final class RecentReleases {

    /** The server writes what it has confirmed after three times {@code wal_writer_delay}, 600 ms by default. */
    private static final long KEPT = Duration.ofSeconds(3).toNanos();

    private final ConcurrentLinkedQueue<Release> releases = new ConcurrentLinkedQueue<>();
    private final ReentrantLock forgetting = new ReentrantLock();

    /**
     * One release.
     *
     * @param key the row
     * @param owner who had it
     * @param at on the monotonic clock
     */
    public record Release(String key, String owner, long at) {}

    public void add(String key, String owner) {
        long now = System.nanoTime();
        releases.add(new Release(key, owner, now));
        // By one at a time: whoever removes what another has just removed would search, or take a younger one.
        if (forgetting.tryLock()) {
            try {
                for (Release oldest = releases.peek(); oldest != null && now - oldest.at > KEPT; ) {
                    releases.poll();
                    oldest = releases.peek();
                }
            } finally {
                forgetting.unlock();
            }
        }
    }

    public List<Release> all() {
        return new ArrayList<>(releases);
    }
}
