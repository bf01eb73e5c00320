package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.internal.Keys;
import dev.pawl.lock.spi.Contest;
import java.time.Duration;

/**
 * One request for a lock, as all nodes see it. Each attempt of a contest is a bid of its own with an owner of its own: what an
 * earlier one left behind at a node can then be taken back at any time, late and twice, without harm to a later one.
 *
 * @param contest whose bid it is
 * @param keys the keys of the lock, the same at every node
 * @param owner who holds a node that granted this bid
 */
record Bid(Contest contest, Keys keys, String owner) {

    private static final Duration SHORTEST_QUEUE_LIFE = Duration.ofSeconds(10);
    private static final int LOOKS_IN_A_QUEUE_LIFE = 5;

    static Bid of(Contest contest, Keys keys, int attempt) {
        return new Bid(contest, keys, contest.owner() + "." + attempt);
    }

    String name() {
        return contest.name();
    }

    /** How long nodes keep a waiting list that nobody joins: a list whose waiters have not looked several times is dead. */
    Duration queueLife() {
        Duration looks = contest.retryCeiling().multipliedBy(LOOKS_IN_A_QUEUE_LIFE);
        return looks.compareTo(SHORTEST_QUEUE_LIFE) > 0 ? looks : SHORTEST_QUEUE_LIFE;
    }

    /** How long a node keeps what this parting is to remove, should nothing more reach it. */
    Duration keptFor(Parting parting) {
        Duration lease = contest.leaseTime();
        return parting == Parting.FOR_GOOD_AND_LEAVING && queueLife().compareTo(lease) > 0 ? queueLife() : lease;
    }
}
