package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.Contest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Who waits in this process, so that a node's word of a release reaches it. A wake-up is a hint only: the other nodes may not be free yet. */
final class WakeUps {

    private final Map<String, Contest> waiting = new ConcurrentHashMap<>();

    void expect(Contest contest) {
        waiting.put(contest.owner(), contest);
    }

    void forget(Contest contest) {
        waiting.remove(contest.owner());
    }

    /** Whether anybody waits. */
    boolean areExpected() {
        return !waiting.isEmpty();
    }

    /** A node has told this contest that it has become free. */
    void heard(String owner) {
        Contest contest = waiting.get(owner);
        if (contest != null) {
            contest.wake();
        }
    }

    /** A node may have told anybody anything: its messages were lost. */
    void mayHaveMissed() {
        waiting.values().forEach(Contest::wake);
    }

    void clear() {
        waiting.clear();
    }
}
