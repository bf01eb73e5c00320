package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.TokenBlock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
 * A majority has the token when at so many nodes the counter has passed all tokens of the grant by this bid's doing alone
 * ({@link Tally#hasPassed}): then no other bid can have any of them, whatever becomes of leases and clocks. Recording takes no
 * time when the counters of a majority agree. Where another's token turns out to have come between, which takes a vote or a
 * record that is late, one token above all is recorded instead. A vote that comes after the decision changes nothing: if the
 * bid has won, the node is one more that is the bid's; if it is over, the node is given up, since every request that gives
 * a node up is followed until it is known to have come after the one that asked for it.
 *
 * <p>Safe for use by several threads. State changes under a mutex, and what follows from them happens outside of it.
 */
final class Ballot {

    /** How often the tokens may turn out to be taken before the bid is given up. */
    private static final int MOST_ROUNDS = 3;

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

    /** Completes when a node's vote is in, or will not come: whether the node may have granted. */
    private final List<CompletableFuture<Boolean>> grants = new ArrayList<>();

    private final ReentrantLock mutex = new ReentrantLock();

    // Under the mutex.
    private final Tally tally;
    private final boolean[] recording;

    /** What the counters were when the token of this round was recorded; {@link Node#NOT_ITS} where it is not. */
    private final long[] before;

    /** Nodes that turned out not to be the bid's any more, or did not answer when the token was to be recorded. */
    private final boolean[] lost;

    /** The nodes that are asked in the background to give the bid up. */
    private final Map<Parting, Set<Integer>> insistedOn = new EnumMap<>(Parting.class);

    private int rounds;
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
        recording = new boolean[quorum.size()];
        before = new long[quorum.size()];
        lost = new boolean[quorum.size()];
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
        grants.get(node).complete(vote instanceof Vote.Granted || (fault != null && !NodeFault.isNotAsked(fault)));
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
        phase = Phase.RECORDING;
        return record(tally.block(tokens));
    }

    private Runnable record(TokenBlock chosen) {
        block = chosen;
        int round = ++rounds;
        long token = chosen.first() + chosen.count() - 1;
        List<Integer> behind = new ArrayList<>();
        for (int i = 0; i < before.length; i++) {
            before[i] = Node.NOT_ITS;
            recording[i] = !lost[i] && (tally.isPending(i) || tally.isBehind(i, token));
            if (recording[i]) {
                behind.add(i);
            }
        }
        Runnable next = nextWhileRecording();
        if (phase != Phase.RECORDING) {
            return next;
        }
        return () -> behind.forEach(node -> quorum.node(node)
                .record(bid, token, castAt)
                .whenComplete((had, fault) -> update(() -> recorded(node, round, had, fault))));
    }

    private void recorded(int node, int round, @Nullable Long had, @Nullable Throwable fault) {
        if (had == null || had == Node.NOT_ITS) {
            lost[node] = true;
            recording[node] = false;
        } else if (round == rounds) {
            before[node] = had;
            recording[node] = false;
        }
        if (fault != null && tally.fault(node) == null) {
            recordFault = fault;
        }
    }

    private Runnable nextWhileRecording() {
        TokenBlock chosen = Objects.requireNonNull(block);
        int done = 0;
        int open = 0;
        int ours = 0;
        long highest = tally.highest();
        for (int i = 0; i < before.length; i++) {
            if (tally.hasPassed(i, chosen, before[i])) {
                done++;
            } else if (tally.isPending(i) || (recording[i] && !tally.isPast(i, chosen))) {
                open++;
            }
            ours += !lost[i] && tally.vote(i) instanceof Vote.Granted ? 1 : 0;
            highest = Math.max(highest, before[i]);
        }
        if (done >= quorum.majority()) {
            phase = Phase.WON;
            return this::won;
        }
        if (done + open >= quorum.majority()) {
            return Ballot::nothing;
        }
        boolean hasMajority = ours >= quorum.majority();
        if (hasMajority && rounds < MOST_ROUNDS) {
            return record(new TokenBlock(Math.max(highest, chosen.first() + chosen.count() - 1) + 1, 1));
        }
        return hasMajority || recordFault != null ? unreachable() : beaten();
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
        for (int i = 0; i < before.length; i++) {
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
     * @return completes when a majority has confirmed, or cannot; those that have not are seen to in the background
     */
    CompletionStage<ReleaseOutcome> end() {
        Map<Integer, Parting> nodes = new TreeMap<>();
        update(() -> {
            phase = Phase.OVER;
            for (int i = 0; i < before.length; i++) {
                if (trail.isAt(i)) {
                    nodes.put(i, Parting.FOR_GOOD_AND_LEAVING);
                } else if (tally.mayHave(i)) {
                    nodes.put(i, Parting.FOR_GOOD);
                }
            }
        });
        result.completeExceptionally(new IllegalStateException("the attempt was withdrawn"));
        Departure departure = new Departure(quorum, bid, nodes.size(), this::insist);
        nodes.forEach((node, parting) ->
                takeBack(node, parting).whenComplete((had, fault) -> departure.answered(node, parting, had, fault)));
        return departure.result();
    }

    /**
     * Gives one node up. If it had nothing to give up and then turns out to have granted, or does not say, the requests have
     * changed places (one was sent again after a broken connection): it is given up again.
     */
    private CompletionStage<Boolean> takeBack(int node, Parting parting) {
        quorum.departing();
        return quorum.node(node)
                .release(bid, parting)
                .thenCompose(had -> {
                    CompletableFuture<Boolean> grant = grants.get(node);
                    if (!had) {
                        return grant.thenCompose(granted -> again(node, parting, granted));
                    }
                    if (!grant.isDone()) {
                        // What is sent again may have been carried out before, too. It is given up now, so nobody waits
                        // for that.
                        var unused = grant.thenCompose(granted -> again(node, parting, granted))
                                .whenComplete((still, fault) -> insistIf(fault, node, parting));
                    }
                    return CompletableFuture.completedFuture(true);
                })
                .whenComplete((had, fault) -> quorum.departed());
    }

    private CompletionStage<Boolean> again(int node, Parting parting, boolean granted) {
        return granted ? quorum.node(node).release(bid, parting) : CompletableFuture.completedFuture(false);
    }

    private void insistIf(@Nullable Throwable fault, int node, Parting parting) {
        if (fault != null) {
            insist(node, parting);
        }
    }

    /** Once is enough: it ends with the node's answer, or when the node must have forgotten the bid. */
    private void insist(int node, Parting parting) {
        boolean isNew;
        mutex.lock();
        try {
            isNew = insistedOn.computeIfAbsent(parting, p -> new HashSet<>()).add(node);
        } finally {
            mutex.unlock();
        }
        if (isNew) {
            quorum.insist(node, bid, parting);
        }
    }
}
