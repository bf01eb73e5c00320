package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.internal.Keys;
import dev.pawl.lock.spi.Contest;
import java.time.Duration;

/**
 * One request for a lock, as all nodes see it. Each attempt of a contest is an attempt of its own with an owner of its own: what an
 * earlier one left behind at a node can then be taken back at any time, late and twice, without harm to a later one.
 *
 * <p>It does not know its contest: a node that hangs is owed the end of many attempts, long after the contests are over.
 *
 * @param name the lock
 * @param contestant the owner id of the contest whose attempt it is
 * @param leaseTime for how long a node grants it
 * @param retryCeiling how long its contest waits at most before it looks again
 * @param keys the keys of the lock, the same at every node
 * @param owner who holds a node that granted this attempt, and behind a blank what its client calls itself
 */
record QuorumAttempt(
        String name, String contestant, Duration leaseTime, Duration retryCeiling, Keys keys, String owner) {

    private static final Duration SHORTEST_QUEUE_LIFE = Duration.ofSeconds(10);
    private static final int LOOKS_IN_A_QUEUE_LIFE = 5;

    static QuorumAttempt of(Contest contest, Keys keys, int attempt) {
        String owner = contest.owner() + "." + attempt;
        return new QuorumAttempt(
                contest.name(),
                contest.owner(),
                contest.leaseTime(),
                contest.retryCeiling(),
                keys,
                contest.holder().isEmpty() ? owner : owner + " " + contest.holder());
    }

    /** The same attempt, as one that is granted for another time. */
    QuorumAttempt lasting(Duration time) {
        return new QuorumAttempt(name, contestant, time, retryCeiling, keys, owner);
    }

    /** How long nodes keep a waiting list that nobody joins: a list whose waiters have not looked several times is dead. */
    Duration queueLife() {
        Duration looks = retryCeiling.multipliedBy(LOOKS_IN_A_QUEUE_LIFE);
        return looks.compareTo(SHORTEST_QUEUE_LIFE) > 0 ? looks : SHORTEST_QUEUE_LIFE;
    }

    /** How long a node keeps what this attempt is to remove, should nothing more reach it. */
    Duration keptFor(ReleaseKind kind) {
        return kind == ReleaseKind.FOR_GOOD_AND_LEAVING && queueLife().compareTo(leaseTime) > 0
                ? queueLife()
                : leaseTime;
    }
}
