package dev.pawl.lock.internal;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.Ticker;
import dev.pawl.lock.spi.TokenBlock;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the service has granted: a deadline on the monotonic clock and a block of tokens. Leases are taken from it one after
 * the other.
 *
 * <p>The deadline is counted from before a request was sent, and moved only by an acknowledged renewal. Whoever first sees it
 * passed closes it for good ({@link #LAPSED}), so that an answer that comes in late cannot revive a hold that somebody was
 * already told is invalid.
 *
 * <pre>
 *   current ──extend──▶ current          deadline moves forward
 *      │
 *      └── first reading past the deadline ──▶ lapsed   (final)
 * </pre>
 */
final class Hold {

    private static final AtomicIntegerFieldUpdater<Hold> RENEWING =
            AtomicIntegerFieldUpdater.newUpdater(Hold.class, "renewing");
    private static final long LAPSED = Long.MIN_VALUE;
    private static final long MILLI = 1_000_000;
    private static final long MIN_PAUSE = 5_000_000;

    private final Ticker ticker;
    private final Grant grant;
    private final LockOptions options;
    private final LockQueue queue;
    private final long origin;

    /** What the service promised with its last acknowledgement, in nanoseconds. */
    private volatile long validFor;

    /** Nanoseconds after {@link #origin}, or {@link #LAPSED}. */
    private final AtomicLong deadline;

    /** Until when nobody else may have the lock, even if its holder lets go, in nanoseconds after {@link #origin}; or 0. */
    private final long keptUntil;

    /** Whether its renewals are for a time of their own, which {@link #renewalTime} says. */
    private volatile boolean ownTime;

    /** Whether its holder has renewed it, or tried to, for a time of his choice. */
    private volatile boolean renewedByHolder;

    /** Until when its holder has renewed it, in nanoseconds after {@link #origin}; or 0. */
    private volatile long renewedUntil;

    /** The longest time of such a renewal, whatever came of it. */
    private volatile long longestRenewal;

    /** When to renew next, in nanoseconds after {@link #origin}. */
    private volatile long renewAt;

    /** 1 while a renewal is under way: there is never a second one. */
    private volatile int renewing;

    /** Whether the queue wants to know when it has ended. */
    private volatile boolean endAwaited;

    /** It is to run out. */
    private volatile boolean renewedNoMore;

    private volatile boolean unanswered;

    private final HandOff handOff;

    /** The last lease on it; null before the first. */
    private volatile @Nullable HeldLease lease;

    Hold(Ticker ticker, Grant grant, LockOptions options, LockQueue queue, long sentAt) {
        this.ticker = ticker;
        this.grant = grant;
        this.options = options;
        this.queue = queue;
        this.origin = sentAt;
        this.validFor = grant.validFor().toNanos();
        this.deadline = new AtomicLong(usableFor());
        // The service counts from the grant, which was before its answer.
        this.keptUntil =
                options.holdAtLeast().map(atLeast -> now() + atLeast.toNanos()).orElse(0L);
        this.ownTime = !Terms.leaseTime(options).equals(options.leaseTime());
        this.renewAt = renewAfter();
        this.handOff = new HandOff(grant, options, 0);
    }

    Grant grant() {
        return grant;
    }

    LockQueue queue() {
        return queue;
    }

    void lendTo(HeldLease next) {
        lease = next;
    }

    /** Whether nobody has a lease on it. */
    boolean isForsaken() {
        HeldLease last = lease;
        return last == null || last.isForsaken();
    }

    private long now() {
        return ticker.nanos() - origin;
    }

    /** Whether the deadline is still ahead; once false, always false. */
    boolean isCurrent() {
        while (true) {
            long end = deadline.get();
            if (end == LAPSED) {
                return false;
            }
            if (now() < end) {
                return true;
            }
            if (deadline.compareAndSet(end, LAPSED)) {
                return false;
            }
        }
    }

    /** Less the margin: the same share of what the service gives, should that not be the lease that was asked for. */
    private long usableFor() {
        return usable(validFor);
    }

    private long usable(long time) {
        double share =
                (double) options.safetyMargin().toNanos() / options.leaseTime().toNanos();
        return time - (long) (time * share);
    }

    /** Nanoseconds to the deadline, zero when lapsed. */
    long remaining() {
        long end = deadline.get();
        return isCurrent() && end != LAPSED ? Math.max(0, end - now()) : 0;
    }

    /** How long the service may keep the hold if it heard our very last request. */
    long serviceKeepsFor() {
        return Math.max(validFor, longestRenewal);
    }

    // --- kept longer than it is used ---------------------------------------------------------------------------

    /** How much longer the service keeps the lock when its holder lets go now; zero to give it back. */
    Duration keptFor() {
        HeldLease last = lease;
        long rest = keptUntil - now();
        return rest > 0 && last != null && last.wasUsed() ? roundedUp(rest) : Duration.ZERO;
    }

    /** To whole milliseconds. */
    private static Duration roundedUp(long nanos) {
        return Duration.ofMillis((nanos + MILLI - 1) / MILLI);
    }

    // --- renewal -----------------------------------------------------------------------------------------------

    private boolean isRenewed() {
        return options.renewal() && !renewedNoMore;
    }

    void renewNoMore() {
        renewedNoMore = true;
    }

    /** Whether it is kept until its time is over, and then given back: somebody still does under it what others must not. */
    boolean isToRunOut() {
        return renewedNoMore;
    }

    /** Nanoseconds until the renewer has to look at this hold again. */
    long nextLook() {
        long end = deadline.get();
        if (end == LAPSED) {
            return 0;
        }
        long next = isRenewed() && renewing == 0 ? Math.min(renewAt, end) : end;
        return Math.max(0, next - now());
    }

    /** Whether a renewal is due, or nearly: what falls due within a tenth of the interval goes into the same batch. */
    boolean isRenewalDue() {
        return isRenewed() && renewing == 0 && now() >= renewAt - rhythm() / 30;
    }

    /** Whether a request that renews others may renew this hold too. */
    boolean isRenewable() {
        return isRenewed() && renewing == 0;
    }

    /** What the usual renewals go by, however long the service keeps it just now: a loss is to be noticed as soon as ever. */
    private long rhythm() {
        return ownTime ? Math.min(validFor, options.leaseTime().toNanos()) : validFor;
    }

    private long renewAfter() {
        return ownTime ? rhythm() / 3 : grant.renewAfter().toNanos();
    }

    /** For how long to renew it, or null for the lease time of its contest. */
    @Nullable
    Duration renewalTime() {
        if (!ownTime) {
            return null;
        }
        long floor = Math.max(keptUntil, renewedUntil) - now();
        return roundedUp(Math.max(options.leaseTime().toNanos(), floor));
    }

    /** A renewal is about to be sent; false if another is under way. */
    boolean beginRenewal() {
        if (!RENEWING.compareAndSet(this, 0, 1)) {
            return false;
        }
        unanswered = true;
        return true;
    }

    private void endRenewal() {
        renewing = 0;
        if (endAwaited) {
            queue.renewalEnded();
        }
    }

    /** As {@link #beginRenewal}; if it is false the queue is told of the end of the other. */
    boolean beginRenewalOrAwaitEnd() {
        endAwaited = true;
        return beginRenewal();
    }

    /**
     * The renewal that has begun is its holder's. If it may end the hold sooner, the deadline moves before it is sent: should the answer
     * be lost, the client must not believe more than the service.
     *
     * @return for how long it is renewed: no less than the lock is kept in any case
     */
    Duration renewedByHolder(long sentAt, Duration wanted) {
        Duration time = roundedUp(Math.max(wanted.toNanos(), keptUntil - (sentAt - origin)));
        renewedByHolder = true;
        ownTime = true;
        longestRenewal = Math.max(longestRenewal, time.toNanos());
        long end = sentAt - origin + usable(time.toNanos());
        long before = deadline.get();
        while (before > end && !deadline.compareAndSet(before, end)) {
            before = deadline.get();
        }
        renewedUntil = Math.min(renewedUntil, sentAt - origin + time.toNanos());
        return time;
    }

    /** The service has confirmed the renewal of the holder. */
    void holdersRenewalAcknowledged(long sentAt, Duration time) {
        renewedUntil = sentAt - origin + time.toNanos();
        renewalAcknowledged(sentAt, time);
    }

    /**
     * Moves the deadline, if the hold has not lapsed meanwhile.
     *
     * @param time for how long it was renewed; null for the lease time of its contest
     */
    void renewalAcknowledged(long sentAt, @Nullable Duration time) {
        try {
            validFor = (time == null ? grant.validFor() : time).toNanos();
            long next = sentAt - origin + usableFor();
            while (isCurrent()) {
                long end = deadline.get();
                if (end == LAPSED || deadline.compareAndSet(end, Math.max(end, next))) {
                    break;
                }
            }
            unanswered = false;
            renewAt = sentAt - origin + renewAfter();
        } finally {
            endRenewal();
        }
    }

    /** Tries again soon: within a quarter of what is left, and a tenth of the lease at the most. */
    void renewalUnanswered() {
        try {
            long pause = Math.max(MIN_PAUSE, Math.min(remaining() / 4, rhythm() / 10));
            renewAt = now() + pause;
        } finally {
            endRenewal();
        }
    }

    /** What to call the loss of a hold whose deadline has passed. */
    LossReason lapseReason() {
        return unanswered ? LossReason.UNREACHABLE : LossReason.EXPIRED;
    }

    // --- hand-off ----------------------------------------------------------------------------------------------

    /** The token of the current lease of this hold. */
    FencingToken token() {
        return new FencingToken(grant.contest().name(), handOff.token());
    }

    /**
     * Whether the next waiter of this process may have the hold: within the bounds, with a token of its own, and with more than
     * a third of the lease left. Without renewal each holder is due a whole lease and the service is asked: that costs the same
     * round trip as the renewal it would need.
     */
    boolean mayPassOn() {
        return isRenewed()
                && Terms.canHandOff(options)
                && !renewedByHolder
                && handOff.mayGoOn(now())
                && remaining() > validFor / 3;
    }

    /** Whether a lease on this hold is what a request with these options asks for. */
    boolean serves(LockOptions wanted) {
        return Terms.areAlike(options, wanted);
    }

    void passOn() {
        handOff.goOn();
    }

    /** Asks the service for more, when it is time to: the chain goes on meanwhile. */
    void extendInTime(LockBackend backend, Executor blocking) {
        if (handOff.shouldAsk(now())) {
            handOff.asked();
            long askedAt = now();
            Stages.of(() -> backend.extend(grant, handOff.wanted(), blocking))
                    .thenAccept(more -> more.ifPresent(block -> queue.extended(this, askedAt, block)));
        }
    }

    /** Nobody else waits; the answer may come when the hold is over, and then means nothing. */
    void extended(TokenBlock more, long askedAt) {
        handOff.extended(more, askedAt);
    }
}
