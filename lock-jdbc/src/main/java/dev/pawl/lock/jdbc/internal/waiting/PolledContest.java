package dev.pawl.lock.jdbc.internal.waiting;

import dev.pawl.lock.jdbc.internal.dialect.Holder;
import dev.pawl.lock.jdbc.internal.exchange.PollInterval;
import dev.pawl.lock.spi.Contest;
import java.time.Duration;

/** A contest that waits for a row, as the {@link Poller} sees it. Safe for use by several threads. */
public final class PolledContest {

    /** The engine asks for at least 10 ms; a contest of somebody else's may say nothing. */
    private static final long SHORTEST_CEILING = Duration.ofMillis(1).toNanos();

    private final Contest contest;
    private final String key;
    private final String member;

    /** Since when the lock is held as it is, as far as was seen. */
    private volatile long since = System.nanoTime();

    private volatile String lastOwner = "";

    /** When it last asked for the lock by itself: a look that began later knows better. */
    private volatile long askedAt = since;

    /** When the last look began that found another holder. */
    private volatile long lookedAt = since;

    /** When the holder that it was told of has to renew. */
    private volatile long endsAt = Long.MAX_VALUE;

    private volatile boolean woken;

    /**
     * @param key the row
     * @param member how the queue knows the contest
     */
    public PolledContest(Contest contest, String key, String member) {
        this.contest = contest;
        this.key = key;
        this.member = member;
    }

    String key() {
        return key;
    }

    String member() {
        return member;
    }

    /** Asks for the lock now: whatever woke it before is taken up. */
    public void asks() {
        woken = false;
        askedAt = System.nanoTime();
    }

    /** Was told that another has the lock for so long. */
    public void toldBusy(long leftNanos) {
        endsAt = askedAt + leftNanos;
    }

    void wake() {
        woken = true;
        contest.wake();
    }

    /** Whether it need not ask: a look was made since it did, not long ago, and found nothing new. */
    public boolean isQuiet() {
        long age = System.nanoTime() - lookedAt;
        return !woken && lookedAt - askedAt > 0 && age < ceiling() + ceiling() / 2;
    }

    /** Whether the lock is this one's, or may be. */
    boolean concerns(Holder holder) {
        return holder.leftMicros() <= 0
                || holder.owner().equals("~" + member)
                || holder.owner().equals(contest.owner());
    }

    /** A look found another holder. A lock that changes hands is looked for as if the wait had just begun. */
    void seenBusy(long at, Holder holder) {
        if (!holder.owner().equals(lastOwner)) {
            lastOwner = holder.owner();
            since = at;
        }
        endsAt = at + holder.leftMicros() * 1_000;
        lookedAt = at;
    }

    /**
     * When it is to be looked for again.
     *
     * @param hears whether a release is heard of
     */
    long nextLook(boolean hears) {
        boolean looked = lookedAt - askedAt > 0;
        long last = looked ? lookedAt : askedAt;
        // The first look has to be over when it would ask by itself again, before its ceiling: it does not then.
        long ceiling = looked ? ceiling() : ceiling() - ceiling() / 4;
        long rest = hears ? ceiling : PollInterval.after(System.nanoTime() - since, ceiling);
        long regular = last + rest;
        long end = endsAt == Long.MAX_VALUE ? regular : Math.max(endsAt, last + PollInterval.SHORTEST);
        return end - regular < 0 ? end : regular;
    }

    private long ceiling() {
        return Math.max(SHORTEST_CEILING, contest.retryCeiling().toNanos());
    }
}
