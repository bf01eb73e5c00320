package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.RenewalOutcome;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What the nodes say to the renewal of one hold, counted. Safe for use by several threads. */
final class QuorumRenewal {

    private final Quorum quorum;
    private final long sentAt;
    private final CompletableFuture<RenewalOutcome> result = new CompletableFuture<>();
    private final ReentrantLock mutex = new ReentrantLock();

    // Under the mutex.
    private final Map<Integer, Throwable> faults = new TreeMap<>();
    private int renewed;
    private int gone;
    private int taken;
    private boolean graceGiven;

    QuorumRenewal(Quorum quorum) {
        this.quorum = quorum;
        sentAt = quorum.now();
    }

    CompletableFuture<RenewalOutcome> result() {
        return result;
    }

    /** Why some nodes gave no answer, so far. */
    Map<Integer, Throwable> faults() {
        mutex.lock();
        try {
            return new TreeMap<>(faults);
        } finally {
            mutex.unlock();
        }
    }

    void answered(int node, @Nullable RenewalOutcome outcome, @Nullable Throwable fault) {
        RenewalOutcome decided;
        boolean undecided;
        mutex.lock();
        try {
            count(node, outcome, fault);
            decided = decision();
            boolean answeredByMajority = renewed + gone + taken >= quorum.majority();
            undecided = decided == null && answeredByMajority && !graceGiven;
            graceGiven |= undecided;
        } finally {
            mutex.unlock();
        }
        if (decided != null) {
            result.complete(decided);
        } else if (undecided) {
            // One hold that hangs on a node that is away must not keep the answers of the others back.
            long grace = quorum.graceAfter(quorum.now() - sentAt);
            quorum.timer().after(grace, () -> result.complete(RenewalOutcome.UNKNOWN));
        }
    }

    private void count(int node, @Nullable RenewalOutcome outcome, @Nullable Throwable fault) {
        if (outcome == RenewalOutcome.RENEWED) {
            renewed++;
        } else if (outcome == RenewalOutcome.NOT_HELD) {
            gone++;
        } else if (outcome == RenewalOutcome.TAKEN) {
            taken++;
        } else {
            faults.put(node, fault == null ? new IllegalStateException("no clear answer") : fault);
        }
    }

    /** Held while a majority is, lost when so many nodes have it no more that none can be. */
    private @Nullable RenewalOutcome decision() {
        int majority = quorum.majority();
        if (renewed >= majority) {
            return RenewalOutcome.RENEWED;
        }
        if (quorum.size() - gone - taken < majority) {
            return taken > gone ? RenewalOutcome.TAKEN : RenewalOutcome.NOT_HELD;
        }
        boolean all = renewed + gone + taken + faults.size() == quorum.size();
        return all ? RenewalOutcome.UNKNOWN : null;
    }
}
