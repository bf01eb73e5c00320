package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.RenewalOutcome;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One lock at one node, in memory: what the Lua scripts do, line for line. {@code ScriptsTest} sends the same commands to both
 * and compares the answers. Used by one thread.
 */
final class MemoryNode {

    private static final long MILLI = 1_000_000;

    private final LongSupplier nanos;
    private final LongSupplier micros;
    private @Nullable String owner;
    private long expiresAt;
    private long counter;
    private final Set<String> waiting = new LinkedHashSet<>();

    /**
     * A node that knows nothing.
     *
     * @param nanos by which leases run out
     * @param micros its time of day
     */
    MemoryNode(LongSupplier nanos, LongSupplier micros) {
        this.nanos = nanos;
        this.micros = micros;
    }

    @Nullable
    String owner() {
        if (owner != null && nanos.getAsLong() >= expiresAt) {
            owner = null;
        }
        return owner;
    }

    long counter() {
        return counter;
    }

    Set<String> waiting() {
        return waiting;
    }

    /** A member that is not null is put on the waiting list when the node is another's. */
    Vote acquire(String bidder, long leaseMillis, long proposal, @Nullable String member) {
        long now = micros.getAsLong();
        String holder = owner();
        if (holder != null && !holder.equals(bidder)) {
            if (member != null) {
                waiting.add(member);
            }
            return new Vote.Held(holder.hashCode(), Math.max(1, (expiresAt - nanos.getAsLong()) / MILLI), now);
        }
        boolean again = holder != null;
        owner = bidder;
        expiresAt = nanos.getAsLong() + leaseMillis * MILLI;
        long proposed = proposal > 0 ? proposal : now;
        long previous = counter;
        if (!again) {
            counter = Math.max(proposed, previous + 1);
        } else if (proposed > previous || previous == 0) {
            counter = Math.max(proposed, 1);
        } else {
            // Its own last token is all that is known to be its own.
            previous = counter - 1;
        }
        return new Vote.Granted(counter, previous, now);
    }

    long record(String bidder, long token) {
        return bidder.equals(owner()) ? recordUnchecked(token) : Node.NOT_ITS;
    }

    /** By itself part of a mutant: whoever has the node. */
    long recordUnchecked(long token) {
        long before = counter;
        counter = Math.max(counter, token);
        return before;
    }

    RenewalOutcome renew(String bidder, long leaseMillis) {
        String holder = owner();
        if (!bidder.equals(holder)) {
            return holder == null ? RenewalOutcome.NOT_HELD : RenewalOutcome.TAKEN;
        }
        expiresAt = nanos.getAsLong() + leaseMillis * MILLI;
        return RenewalOutcome.RENEWED;
    }

    /** A member that is not null leaves the waiting list; {@code tell} takes the next, and says whether anybody listens. */
    boolean release(String bidder, @Nullable String member, @Nullable Predicate<String> tell) {
        boolean had = bidder.equals(owner());
        if (had) {
            owner = null;
        }
        if (tell == null) {
            return had;
        }
        if (member != null) {
            waiting.remove(member);
        }
        boolean told = owner() != null;
        while (!told && !waiting.isEmpty()) {
            Iterator<String> line = waiting.iterator();
            String first = line.next();
            line.remove();
            told = tell.test(first);
        }
        return had;
    }

    /** Until then nobody has the node. */
    boolean releaseLater(String bidder, long restMillis, String member) {
        waiting.remove(member);
        String kept = "=" + bidder;
        long end = nanos.getAsLong() + restMillis * MILLI;
        if (bidder.equals(owner())) {
            owner = kept;
            expiresAt = end;
            return true;
        }
        if (kept.equals(owner())) {
            expiresAt = Math.min(expiresAt, end);
            return true;
        }
        return false;
    }

    /** A mutant: a counter that can go down. */
    void lowerTo(long proposal) {
        if (owner() == null && proposal > 0) {
            counter = Math.min(counter, proposal - 1);
        }
    }

    /** The lease is over, as if its time had come. */
    void expire() {
        owner = null;
    }

    /** A restart without data. */
    void forget() {
        owner = null;
        counter = 0;
        waiting.clear();
    }

    @Override
    public String toString() {
        return "[" + owner() + ", " + counter + "]";
    }
}
