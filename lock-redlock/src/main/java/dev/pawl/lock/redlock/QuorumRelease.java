package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.ReleaseOutcome;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The confirmations that nodes were given up, counted. Done when a majority has confirmed, and it is known whether the attempt had a
 * majority, or nobody tells so in time. Those that have not confirmed are asked again
 * in the background, with a majority and without: whoever hears of the failure asks all again too, but not for ever, and a
 * node that is hung may grant what it was asked whenever it goes on.
 */
final class QuorumRelease {

    private final Quorum quorum;
    private final int asked;
    private final int needed;
    private final boolean mayBeGone;
    private final BiConsumer<Integer, ReleaseKind> insist;
    private final long startNanos;
    private final CompletableFuture<ReleaseOutcome> result = new CompletableFuture<>();
    private final ReentrantLock mutex = new ReentrantLock();

    // Under the mutex.
    private final Map<Integer, ReleaseKind> silent = new TreeMap<>();
    private final Map<Integer, Throwable> faults = new TreeMap<>();
    private int confirmed;
    private int had;
    private int hadNot;
    private boolean confirmedByMajority;
    private boolean graceGiven;

    /**
     * Nodes that are not asked have nothing of the attempt.
     *
     * @param mayBeGone whether an earlier call may have given up what this one is about
     * @param insist asks a node again in the background
     */
    QuorumRelease(Quorum quorum, int asked, boolean mayBeGone, BiConsumer<Integer, ReleaseKind> insist) {
        this.quorum = quorum;
        this.asked = asked;
        this.mayBeGone = mayBeGone;
        this.insist = insist;
        needed = Math.min(asked, quorum.majority());
        startNanos = quorum.now();
        if (asked == 0) {
            result.complete(ReleaseOutcome.NOT_HELD);
        }
    }

    CompletionStage<ReleaseOutcome> result() {
        return result;
    }

    void answered(int node, ReleaseKind kind, @Nullable Had nodeHad, @Nullable Throwable fault) {
        Map<Integer, ReleaseKind> toInsist = new TreeMap<>();
        Runnable end = () -> {};
        mutex.lock();
        try {
            if (fault == null) {
                confirmed++;
                had += nodeHad == Had.YES ? 1 : 0;
                hadNot += nodeHad == Had.NO ? 1 : 0;
            } else {
                silent.put(node, kind);
                faults.put(node, fault);
            }
            boolean free = quorum.size() - asked + confirmed >= quorum.majority();
            boolean all = confirmed + faults.size() == asked;
            confirmedByMajority |= confirmed >= needed || (all && free);
            if (confirmedByMajority || all) {
                toInsist.putAll(silent);
                silent.clear();
            }
            if (confirmedByMajority) {
                end = end(all);
            } else if (all) {
                Throwable failure = quorum.tooFewConfirmed(faults);
                end = () -> result.completeExceptionally(failure);
            }
        } finally {
            mutex.unlock();
        }
        toInsist.forEach(insist);
        end.run();
    }

    /** Under the mutex. Which it is, the answers of a majority alone do not always tell: the others decide, if they come. */
    private Runnable end(boolean all) {
        boolean wasHeld = mayBeGone || had >= quorum.majority();
        boolean wasNotHeld = asked - hadNot < quorum.majority();
        if (wasHeld || wasNotHeld || all) {
            ReleaseOutcome outcome = wasNotHeld && !wasHeld ? ReleaseOutcome.NOT_HELD : ReleaseOutcome.RELEASED;
            return () -> result.complete(outcome);
        }
        if (graceGiven) {
            return () -> {};
        }
        graceGiven = true;
        long grace = quorum.graceAfter(quorum.now() - startNanos);
        return () -> quorum.timer().after(grace, () -> result.complete(ReleaseOutcome.RELEASED));
    }
}
