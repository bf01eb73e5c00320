package dev.pawl.lock.zookeeper;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Since when the service, at the worst, has heard nothing of a session: from there it keeps the session for its timeout.
 *
 * <p>In an ensemble the leader ends sessions, and it does not hear of them by their requests, not even by those that pass through it: a
 * member tells it which sessions it has heard of, each half tick, when the leader asks. So an acknowledged request proves only that
 * the leader was told of what the member had heard well before. Each member's answers and requests reach the leader in order,
 * and half a tick is at most a quarter of the shortest session: what was <em>answered</em> a quarter of the timeout before
 * an acknowledged request was sent, the leader has been told of. That is decision 20.
 *
 * <p>Told of answers by one thread at a time, the event thread of the session.
 */
final class SessionLiveness {

    private static final long LONG_AGO = TimeUnit.DAYS.toNanos(365);

    /** How many are remembered of a timeout's requests, at the most; between two of them it makes little difference. */
    private static final int STEPS = 32;

    /**
     * A request that was answered.
     *
     * @param sentAt from when on the member has heard of the session
     * @param answeredAt by when it had
     */
    private record Heard(long sentAt, long answeredAt) {}

    private final AtomicLong provenAt;

    /** What a member has heard and may not have told, by their age. */
    private final Deque<Heard> untold = new ArrayDeque<>();

    SessionLiveness(long now) {
        provenAt = new AtomicLong(now - LONG_AGO);
    }

    /** Since when. */
    long provenAt() {
        return provenAt.get();
    }

    /** Whoever ends sessions has heard of this one at that instant or later. */
    void proven(long sentAt) {
        provenAt.accumulateAndGet(sentAt, (known, now) -> now - known > 0 ? now : known);
    }

    /** A member of an ensemble has answered by itself. It does so even if it has lost its leader. */
    void answered(long sentAt, long answeredAt, long timeout) {
        Heard last = untold.peekLast();
        if (last == null || sentAt - last.sentAt() >= timeout / STEPS) {
            untold.addLast(new Heard(sentAt, answeredAt));
        }
    }

    /**
     * A request that goes by way of the leader was answered. Without another well before it, there are only the client's own
     * heartbeats, each third of the timeout, to go by.
     */
    void acknowledged(long sentAt, long answeredAt, long timeout) {
        for (Heard oldest = untold.peekFirst();
                oldest != null && sentAt - oldest.answeredAt() >= timeout / 4;
                oldest = untold.peekFirst()) {
            proven(oldest.sentAt());
            untold.removeFirst();
        }
        proven(sentAt - timeout / 3 * 2);
        answered(sentAt, answeredAt, timeout);
    }
}
