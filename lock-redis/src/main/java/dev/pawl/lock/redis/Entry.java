package dev.pawl.lock.redis;

import dev.pawl.lock.redis.internal.Keys;
import dev.pawl.lock.spi.Contest;

/** What one contest is called at Redis: computed once, used by its attempts, its grant and its undoing. */
class Entry {

    /** A queue whose waiters have not been seen for several of their looks is dead. */
    private static final long SHORTEST_QUEUE_LIFE_MILLIS = 10_000;

    private static final int LOOKS_IN_A_QUEUE_LIFE = 5;

    private final Contest contest;
    private final String owner;
    private final Keys keys;
    private final String leaseMillis;
    private final String queueLifeMillis;
    private final String turnMillis;

    /**
     * A contest that begins, for a lock.
     *
     * @param turnMillis how long the lock is kept for this contest when its turn has come; part of its name in the queue
     */
    Entry(Contest contest, String namespace, long turnMillis) {
        this.contest = contest;
        String label = contest.holder();
        owner = label.isEmpty() ? contest.owner() : contest.owner() + ' ' + label;
        this.turnMillis = Long.toString(turnMillis);
        keys = Keys.of(namespace, contest.name());
        leaseMillis = Long.toString(contest.leaseTime().toMillis());
        // Not Duration.multipliedBy, which goes by way of BigDecimal.
        long lifeMillis = LOOKS_IN_A_QUEUE_LIFE * contest.retryCeiling().toMillis();
        queueLifeMillis = Long.toString(Math.max(SHORTEST_QUEUE_LIFE_MILLIS, lifeMillis));
    }

    /** The entry of a contest of any mode. */
    static Entry of(Contest contest, String namespace, long turnMillis) {
        return contest.mode() == Contest.Mode.EXCLUSIVE
                ? new Entry(contest, namespace, turnMillis)
                : new SemaphoreEntry(contest, namespace, turnMillis);
    }

    final Contest contest() {
        return contest;
    }

    /** What stands in the lock's key: the owner id and, after a blank, what its client calls itself. It costs no command that way. */
    final String owner() {
        return owner;
    }

    final Keys keys() {
        return keys;
    }

    final String leaseMillis() {
        return leaseMillis;
    }

    final String queueLifeMillis() {
        return queueLifeMillis;
    }

    final String turnMillis() {
        return turnMillis;
    }
}
