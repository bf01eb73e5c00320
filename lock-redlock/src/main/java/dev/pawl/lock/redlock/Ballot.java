package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.TokenBlock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One bid at all nodes, from its first request to the last trace of it.
 *
 * <pre>
 *   open ──a majority has granted──▶ recording ──a majority has the token──▶ won ──┐
 *     │                                  │                                         │ released
 *     └──beaten, unreachable, left───────┴─────────────────────────────────────────┴──▶ over
 * </pre>
 *
 * Recording takes no time when the counters of a majority agree. A vote that comes after the decision changes nothing: if the
 * bid has won, the node is one more that is the bid's; if it is over, the node is given up, since every request that gives
 * a node up is followed until it is known to have come after the one that asked for it.
 *
 * <p>Safe for use by several threads. State changes under a mutex, and what follows from them happens outside of it.
 */
final class Ballot {

    private enum Phase {
        OPEN,
        RECORDING,
        WON,
        OVER
    }

    private final Quorum quorum;
    private final Bid bid;
    private final boolean willWait;
    private final int tokens;
    private final BackOff backOff;
    private final Trail trail;
    private final long castAt;
    private final CompletableFuture<Attempt> result = new CompletableFuture<>();

    /** Completes when a node's vote is in, or will not come: whether the node has granted. */
    private final List<CompletableFuture<Boolean>> grants = new ArrayList<>();

    private final ReentrantLock mutex = new ReentrantLock();

    // Under the mutex.
    private final Tally tally;
    private final boolean[] recorded;
    private final boolean[] recording;
    private Phase phase = Phase.OPEN;
    private boolean allAsked;
    private boolean graceGiven;
    private boolean graceOver;
    private @Nullable TokenBlock block;
    private @Nullable Throwable recordFault;

    Ballot(Quorum quorum, Bid bid, boolean willWait, int tokens, BackOff backOff, Trail trail) {
        this.quorum = quorum;
        this.bid = bid;
        this.willWait = willWait;
        this.tokens = tokens;
        this.backOff = backOff;
        this.trail = trail;
        castAt = quorum.now();
        tally = new Tally(quorum.size(), quorum.majority());
        recorded = new boolean[quorum.size()];
        recording = new boolean[quorum.size()];
        for (int i = 0; i < quorum.size(); i++) {
            grants.add(new CompletableFuture<>());
        }
    }

    Bid bid() {
        return bid;
    }

    /** Asks all nodes at once. Nothing is decided before all are asked: what is undone must have been sent. */
    CompletionStage<Attempt> cast() {
        long proposal = quorum.clock().micros();
        for (int i = 0; i < quorum.size(); i++) {
            int node = i;
            if (willWait) {
                trail.mayStand(node);
            }
            quorum.node(node).acquire(bid, proposal, willWait).whenComplete((vote, fault) -> voted(node, vote, fault));
        }
        update(() -> allAsked = true);
        return result;
    }

    private void voted(int node, @Nullable Vote vote, @Nullable Throwable fault) {
        if (willWait && (vote instanceof Vote.Granted || (fault != null && NodeFault.isNotAsked(fault)))) {
            trail.didNot(node);
        }
        if (vote == null) {
            Throwable why = fault == null ? NodeFault.unanswered("gave no answer", new IllegalStateException()) : fault;
            update(() -> tally.failed(node, why));
        } else {
            quorum.clock().heard(node, vote.nodeMicros(), castAt);
            update(() -> tally.voted(node, vote));
        }
        grants.get(node).complete(vote instanceof Vote.Granted);
    }

    private void update(Runnable change) {
        Runnable consequence;
        mutex.lock();
        try {
            change.run();
            consequence = allAsked ? next() : Ballot::nothing;
        } finally {
            mutex.unlock();
        }
        consequence.run();
    }

    // --- under the mutex: what follows from the state ----------------------------------------------------------------

    private Runnable next() {
        return switch (phase) {
            case OPEN -> nextWhileOpen();
            case RECORDING -> nextWhileRecording();
            case WON, OVER -> Ballot::nothing;
        };
    }

    private static void nothing() {}

    private Runnable nextWhileOpen() {
        return switch (tally.standing()) {
            case OPEN -> Ballot::nothing;
            case WON -> granted();
            case BEATEN -> beaten();
            case UNREACHABLE -> unreachable();
            case SPLIT -> graceOver ? beaten() : giveGrace();
        };
    }

    /** Whoever has not answered several times as long after the others may be away, and a rival may wait for the same. */
    private Runnable giveGrace() {
        if (graceGiven) {
            return Ballot::nothing;
        }
        graceGiven = true;
        long grace = quorum.graceAfter(quorum.now() - castAt);
        return () -> quorum.timer().after(grace, () -> update(() -> graceOver = true));
    }

    private Runnable granted() {
        TokenBlock won = tally.block(tokens);
        block = won;
        phase = Phase.RECORDING;
        List<Integer> behind = new ArrayList<>();
        for (int i = 0; i < recorded.length; i++) {
            if (tally.isPending(i) || (tally.vote(i) instanceof Vote.Granted && !tally.hasGranted(i, last(won)))) {
                behind.add(i);
                recording[i] = true;
            }
        }
        Runnable next = nextWhileRecording();
        if (phase == Phase.WON) {
            return next;
        }
        return () -> behind.forEach(node -> record(node, last(won)));
    }

    private void record(int node, long token) {
        quorum.node(node)
                .record(bid, token, castAt)
                .whenComplete((has, fault) -> update(() -> {
                    recording[node] = false;
                    recorded[node] |= has != null && has;
                    if (fault != null && tally.fault(node) == null) {
                        recordFault = fault;
                    }
                }));
    }

    private Runnable nextWhileRecording() {
        long token = last(block);
        int done = 0;
        int open = 0;
        for (int i = 0; i < recorded.length; i++) {
            if (recorded[i] || tally.hasGranted(i, token)) {
                done++;
            } else if (recording[i] || tally.isPending(i)) {
                open++;
            }
        }
        if (done >= quorum.majority()) {
            phase = Phase.WON;
            return this::won;
        }
        if (done + open >= quorum.majority()) {
            return Ballot::nothing;
        }
        return recordFault == null ? beaten() : unreachable();
    }

    private static long last(@Nullable TokenBlock block) {
        if (block == null) {
            throw new IllegalStateException("no token before a majority has granted");
        }
        return block.first() + block.count() - 1;
    }

    private Runnable beaten() {
        phase = Phase.OVER;
        long took = quorum.now() - castAt;
        Duration retryAfter;
        if (tally.hasOneHolder()) {
            backOff.reset();
            retryAfter = Duration.ofMillis(Math.max(1, tally.leftMillis()));
        } else {
            retryAfter = backOff.next(took);
        }
        List<Integer> ours = new ArrayList<>();
        for (int i = 0; i < recorded.length; i++) {
            if (tally.mayHave(i)) {
                ours.add(i);
            }
        }
        return () -> {
            // Before the answer, so that it is sent before whatever comes of that.
            ours.forEach(node -> takeBack(node, Parting.FOR_NOW)
                    .whenComplete((had, fault) -> insistIf(fault, node, Parting.FOR_NOW)));
            result.complete(new Attempt.Busy(retryAfter));
        };
    }

    /** What the nodes have of it is left to whoever hears of the fault: it leaves the contest. */
    private Runnable unreachable() {
        phase = Phase.OVER;
        String did = block == null ? "answered" : "recorded the token";
        Throwable failure = quorum.tooFew(bid.name(), did, quorum.now() - castAt, tally);
        if (recordFault != null) {
            failure.addSuppressed(recordFault);
        }
        return () -> result.completeExceptionally(failure);
    }

    // --- outside of it -----------------------------------------------------------------------------------------------

    private void won() {
        TokenBlock won = block;
        if (won != null) {
            backOff.reset();
            result.complete(new Attempt.Granted(new RedlockGrant(this, won)));
        }
    }

    /**
     * Gives up every node, for good.
     *
     * @return completes when a majority has confirmed; the others are seen to in the background
     */
    CompletionStage<ReleaseOutcome> end() {
        Map<Integer, Parting> nodes = new TreeMap<>();
        update(() -> {
            phase = Phase.OVER;
            for (int i = 0; i < recorded.length; i++) {
                if (trail.isAt(i)) {
                    nodes.put(i, Parting.FOR_GOOD_AND_LEAVING);
                } else if (tally.mayHave(i)) {
                    nodes.put(i, Parting.FOR_GOOD);
                }
            }
        });
        result.completeExceptionally(new IllegalStateException("the attempt was withdrawn"));
        Departure departure = new Departure(quorum, bid, nodes.size());
        nodes.forEach((node, parting) ->
                takeBack(node, parting).whenComplete((had, fault) -> departure.answered(node, parting, had, fault)));
        return departure.result();
    }

    /**
     * Gives one node up. If it then turns out to have granted without having been given up, the requests have changed places
     * (one was sent again after a broken connection): it is given up again.
     */
    private CompletionStage<Boolean> takeBack(int node, Parting parting) {
        quorum.departing();
        return quorum.node(node)
                .release(bid, parting)
                .thenCompose(had -> had
                        ? CompletableFuture.completedFuture(true)
                        : grants.get(node).thenCompose(granted -> again(node, parting, granted)))
                .whenComplete((had, fault) -> quorum.departed());
    }

    private CompletionStage<Boolean> again(int node, Parting parting, boolean granted) {
        return granted ? quorum.node(node).release(bid, parting) : CompletableFuture.completedFuture(false);
    }

    private void insistIf(@Nullable Throwable fault, int node, Parting parting) {
        if (fault != null) {
            quorum.insist(node, bid, parting);
        }
    }
}
