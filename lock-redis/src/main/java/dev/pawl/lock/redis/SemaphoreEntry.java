package dev.pawl.lock.redis;

import dev.pawl.lock.spi.Contest;
import java.util.ArrayList;
import java.util.List;

/**
 * What one contest for permits is called at Redis, of a semaphore or of a reader-writer lock. It has keys of its own, in the slot of the lock
 * of the same name.
 */
final class SemaphoreEntry extends Entry {

    /** A waiter that was not seen for several of its looks is dead. Until then it may keep others waiting for whom there is room. */
    private static final long SHORTEST_WAIT_MILLIS = 3_000;

    private static final int LOOKS_IN_A_WAIT = 5;

    private final String[] keyNames;
    private final String permits;
    private final String limit;
    private final String waitMillis;

    /**
     * A contest that begins.
     *
     * @param turnMillis how long permits are kept for this contest when its turn has come; part of its name in the queue
     */
    SemaphoreEntry(Contest contest, String namespace, long turnMillis) {
        super(contest, namespace, turnMillis);
        String ends = keys().lock() + (contest.mode() == Contest.Mode.PERMITS ? ":s" : ":rw");
        keyNames = new String[] {ends, ends + ":q", ends + ":t"};
        permits = Integer.toString(contest.permits());
        limit = Integer.toString(contest.limit());
        long looksMillis = LOOKS_IN_A_WAIT * contest.retryCeiling().toMillis();
        waitMillis = Long.toString(Math.max(SHORTEST_WAIT_MILLIS, looksMillis));
    }

    /** Those that are for permits, in their order. Makes nothing where there are none. */
    static List<SemaphoreEntry> among(List<Entry> entries) {
        List<SemaphoreEntry> found = List.of();
        for (Entry entry : entries) {
            if (entry instanceof SemaphoreEntry permits) {
                found = found.isEmpty() ? new ArrayList<>() : found;
                found.add(permits);
            }
        }
        return found;
    }

    /** In the order in which the script knows them. */
    String[] keyNames() {
        return keyNames;
    }

    String permits() {
        return permits;
    }

    String limit() {
        return limit;
    }

    /** How long a waiter is kept that is not heard of. */
    String waitMillis() {
        return waitMillis;
    }
}
