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
 * The confirmations that nodes were given up, counted. Done when a majority has confirmed. Those that have not are asked again
 * in the background, with a majority and without: whoever hears of the failure asks all again too, but not for ever, and a
 * node that is hung may grant what it was asked whenever it goes on.
 */
final class Departure {

    private final Quorum quorum;
    private final Bid bid;
    private final int asked;
    private final int needed;
    private final BiConsumer<Integer, Parting> insist;
    private final long startNanos;
    private final CompletableFuture<ReleaseOutcome> result = new CompletableFuture<>();
    private final ReentrantLock mutex = new ReentrantLock();

    // Under the mutex.
    private final Map<Integer, Parting> silent = new TreeMap<>();
    private final Map<Integer, Throwable> faults = new TreeMap<>();
    private int confirmed;
    private int had;
    private boolean confirmedByMajority;

    /**
     * Nodes that are not asked have nothing of the bid.
     *
     * @param insist asks a node again in the background
     */
    Departure(Quorum quorum, Bid bid, int asked, BiConsumer<Integer, Parting> insist) {
        this.quorum = quorum;
        this.bid = bid;
        this.asked = asked;
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

    void answered(int node, Parting parting, @Nullable Boolean nodeHad, @Nullable Throwable fault) {
        Map<Integer, Parting> toInsist = new TreeMap<>();
        Runnable end = () -> {};
        mutex.lock();
        try {
            if (fault == null) {
                confirmed++;
                had += nodeHad != null && nodeHad ? 1 : 0;
            } else {
                silent.put(node, parting);
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
                ReleaseOutcome outcome = had > 0 ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD;
                end = () -> result.complete(outcome);
            } else if (all) {
                Throwable failure = quorum.tooFewConfirmed(bid.name(), quorum.now() - startNanos, faults);
                end = () -> result.completeExceptionally(failure);
            }
        } finally {
            mutex.unlock();
        }
        toInsist.forEach(insist);
        end.run();
    }
}
