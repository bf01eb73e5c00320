package dev.pawl.lock.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The releases of the last seconds. PostgreSQL confirms one before it is on its disk, so one that was confirmed just before a
 * crash of the server is undone by it: it is sent again then. Safe for use by several threads.
 */
final class RecentReleases {

    /** The server writes what it has confirmed after three times {@code wal_writer_delay}, 600 ms by default. */
    private static final long KEPT = Duration.ofSeconds(3).toNanos();

    private final ConcurrentLinkedQueue<Release> releases = new ConcurrentLinkedQueue<>();

    /**
     * One release.
     *
     * @param key the row
     * @param owner who had it
     * @param at on the monotonic clock
     */
    record Release(String key, String owner, long at) {}

    void add(String key, String owner) {
        long now = System.nanoTime();
        for (Release oldest = releases.peek(); oldest != null && now - oldest.at > KEPT; oldest = releases.peek()) {
            releases.remove(oldest);
        }
        releases.add(new Release(key, owner, now));
    }

    List<Release> all() {
        return new ArrayList<>(releases);
    }
}
