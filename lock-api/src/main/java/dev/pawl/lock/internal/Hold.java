package dev.pawl.lock.internal;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.Ticker;
import dev.pawl.lock.spi.TokenBlock;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

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

    private static final long LAPSED = Long.MIN_VALUE;
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

    /** When to renew next, in nanoseconds after {@link #origin}. */
    private volatile long renewAt;

    private volatile boolean renewing;
    private volatile boolean unanswered;

    private final HandOff handOff;

    Hold(Ticker ticker, Grant grant, LockOptions options, LockQueue queue, long sentAt) {
        this.ticker = ticker;
        this.grant = grant;
        this.options = options;
        this.queue = queue;
        this.origin = sentAt;
        this.validFor = grant.validFor().toNanos();
        this.deadline = new AtomicLong(usableFor());
        this.renewAt = grant.renewAfter().toNanos();
        this.handOff = new HandOff(grant, options, 0);
    }

    Grant grant() {
        return grant;
    }

    LockQueue queue() {
        return queue;
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
        double share =
                (double) options.safetyMargin().toNanos() / options.leaseTime().toNanos();
        return validFor - (long) (validFor * share);
    }

    /** Nanoseconds to the deadline, zero when lapsed. */
    long remaining() {
        long end = deadline.get();
        return isCurrent() && end != LAPSED ? Math.max(0, end - now()) : 0;
    }

    /** How long the service may keep the hold if it heard our very last request. */
    long serviceKeepsFor() {
        return validFor;
    }

    // --- renewal -----------------------------------------------------------------------------------------------

    /** Nanoseconds until the renewer has to look at this hold again. */
    long nextLook() {
        long end = deadline.get();
        if (end == LAPSED) {
            return 0;
        }
        long next = options.renewal() && !renewing ? Math.min(renewAt, end) : end;
        return Math.max(0, next - now());
    }

    /** Whether a renewal is due, or nearly: what falls due within a tenth of the interval goes into the same batch. */
    boolean isRenewalDue() {
        return options.renewal() && !renewing && now() >= renewAt - validFor / 30;
    }

    /** Whether a request that renews others may renew this hold too. */
    boolean isRenewable() {
        return options.renewal() && !renewing;
    }

    void renewalSent() {
        renewing = true;
        unanswered = true;
    }

    /** Moves the deadline, if the hold has not lapsed meanwhile. */
    void renewalAcknowledged(long sentAt) {
        validFor = grant.validFor().toNanos();
        long next = sentAt - origin + usableFor();
        while (isCurrent()) {
            long end = deadline.get();
            if (end == LAPSED || deadline.compareAndSet(end, Math.max(end, next))) {
                break;
            }
        }
        unanswered = false;
        renewAt = sentAt - origin + grant.renewAfter().toNanos();
        renewing = false;
    }

    /** Tries again soon: within a quarter of what is left, and a tenth of the lease at the most. */
    void renewalUnanswered() {
        long pause = Math.max(MIN_PAUSE, Math.min(remaining() / 4, validFor / 10));
        renewAt = now() + pause;
        renewing = false;
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
        return options.renewal() && handOff.mayGoOn(now()) && remaining() > validFor / 3;
    }

    /** Whether a lease on this hold is what a request with these options asks for. */
    boolean serves(LockOptions wanted) {
        return options.equals(wanted);
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
