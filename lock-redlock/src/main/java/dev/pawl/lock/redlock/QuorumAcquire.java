package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contest;
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
 * One attempt at all nodes, from its first request to the last trace of it.
 *
 * <pre>
 *   open ──a majority has granted──▶ recording ──a majority has the token──▶ won ──┐
 *     │                                  │                                         │ released
 *     └──beaten, unreachable, left───────┴─────────────────────────────────────────┴──▶ over
 * </pre>
 *
 * A majority has the token when at so many nodes the counter has passed all tokens of the grant by this attempt's doing alone
 * ({@link VoteCount#hasPassed}): then no other attempt can have any of them, whatever becomes of leases and clocks. Recording takes no
 * time when the counters of a majority agree. Where another's token turns out to have come between, which takes a vote or a
 * record that is late, one token above all is recorded instead. A vote that comes after the decision changes nothing: if the
 * attempt has won, the node is one more that is the attempt's; if it is over, the node is given up, since every request that gives
 * a node up is followed until it is known to have come after the one that asked for it.
 *
 * <p>Safe for use by several threads. State changes under a mutex, and what follows from them happens outside of it.
 */
final class QuorumAcquire {

    /** How often the tokens may turn out to be taken before the attempt is given up. */
    private static final int MOST_ROUNDS = 3;

    private enum Phase {
        OPEN,
        RECORDING,
        WON,
        OVER
    }

    private final Quorum quorum;
    private final Contest contest;
    private final QuorumAttempt attempt;
    private final boolean willWait;
    private final int tokens;
    private final BackOff backOff;
    private final QueuedNodes queued;
    private final long castAt;
    private final CompletableFuture<Attempt> result = new CompletableFuture<>();

    /** Completes when a node's vote is in, or will not come: whether the node may have granted. */
    private final List<CompletableFuture<Boolean>> grants = new ArrayList<>();

    private final ReentrantLock mutex = new ReentrantLock();

    // Under the mutex.
    private final VoteCount votes;
    private final boolean[] recording;

    /** What the counters were when the token of this round was recorded; {@link Node#NOT_ITS} where it is not. */
    private final long[] before;

    /** Nodes that turned out not to be the attempt's any more, or did not answer when the token was to be recorded. */
    private final boolean[] lost;

    /** The nodes that are asked in the background to give the attempt up. */
    private final Map<ReleaseKind, Set<Integer>> insistedOn = new EnumMap<>(ReleaseKind.class);

    private int rounds;
    private Phase phase = Phase.OPEN;
    private boolean allAsked;
    private boolean ending;
    private boolean graceGiven;
    private boolean graceOver;
    private @Nullable TokenBlock block;
    private @Nullable Throwable recordFault;

    QuorumAcquire(
            Quorum quorum,
            Contest contest,
            QuorumAttempt attempt,
            boolean willWait,
            int tokens,
            BackOff backOff,
            QueuedNodes queued) {
        this.quorum = quorum;
        this.contest = contest;
        this.attempt = attempt;
        this.willWait = willWait;
        this.tokens = tokens;
        this.backOff = backOff;
        this.queued = queued;
        castAt = quorum.now();
        votes = new VoteCount(quorum.size(), quorum.majority());
        recording = new boolean[quorum.size()];
        before = new long[quorum.size()];
        lost = new boolean[quorum.size()];
        for (int i = 0; i < quorum.size(); i++) {
            grants.add(new CompletableFuture<>());
        }
    }

    Contest contest() {
        return contest;
    }

    QuorumAttempt attempt() {
        return attempt;
    }

    /** Asks all nodes at once. Nothing is decided before all are asked: what is undone must have been sent. */
    CompletionStage<Attempt> cast() {
        long proposal = quorum.clock().micros();
        for (int i = 0; i < quorum.size(); i++) {
            int node = i;
            if (willWait) {
                queued.mayStand(node);
            }
            quorum.node(node)
                    .acquire(attempt, proposal, willWait)
                    .whenComplete((vote, fault) -> voted(node, vote, fault));
        }
        update(() -> allAsked = true);
        return result;
    }

    private void voted(int node, @Nullable Vote vote, @Nullable Throwable fault) {
        if (willWait && (vote instanceof Vote.Granted || (fault != null && NodeFault.isNotAsked(fault)))) {
            queued.didNot(node);
        }
        if (vote == null) {
            Throwable why = fault == null ? NodeFault.unanswered("gave no answer", new IllegalStateException()) : fault;
            update(() -> votes.failed(node, why));
        } else {
            quorum.clock().heard(node, vote.nodeMicros(), castAt);
            update(() -> votes.voted(node, vote));
        }
        grants.get(node).complete(vote instanceof Vote.Granted || (fault != null && !NodeFault.isNotAsked(fault)));
    }

    private void update(Runnable change) {
        Runnable consequence;
        mutex.lock();
        try {
            change.run();
            consequence = allAsked ? next() : QuorumAcquire::nothing;
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
            case WON, OVER -> QuorumAcquire::nothing;
        };
    }

    private static void nothing() {}

    private Runnable nextWhileOpen() {
        return switch (votes.standing()) {
            case OPEN -> QuorumAcquire::nothing;
            case WON -> granted();
            case BEATEN -> beaten();
            case UNREACHABLE -> unreachable();
            case SPLIT -> graceOver ? beaten() : giveGrace();
        };
    }

    /** Whoever has not answered several times as long after the others may be away, and a rival may wait for the same. */
    private Runnable giveGrace() {
        if (graceGiven) {
            return QuorumAcquire::nothing;
        }
        graceGiven = true;
        long grace = quorum.graceAfter(quorum.now() - castAt);
        return () -> quorum.timer().after(grace, () -> update(() -> graceOver = true));
    }

    private Runnable granted() {
        phase = Phase.RECORDING;
        return record(votes.block(tokens));
    }

    private Runnable record(TokenBlock chosen) {
        block = chosen;
        int round = ++rounds;
        long token = chosen.first() + chosen.count() - 1;
        List<Integer> behind = new ArrayList<>();
        for (int i = 0; i < before.length; i++) {
            before[i] = Node.NOT_ITS;
            recording[i] = !lost[i] && (votes.isPending(i) || votes.isBehind(i, token));
            if (recording[i]) {
                behind.add(i);
            }
        }
        Runnable next = nextWhileRecording();
        if (phase != Phase.RECORDING) {
            return next;
        }
        return () -> behind.forEach(node -> quorum.node(node)
                .record(attempt, token, castAt)
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
        if (fault != null && votes.fault(node) == null) {
            recordFault = fault;
        }
    }

    private Runnable nextWhileRecording() {
        TokenBlock chosen = Objects.requireNonNull(block);
        int done = 0;
        int open = 0;
        int ours = 0;
        long highest = votes.highest();
        for (int i = 0; i < before.length; i++) {
            if (votes.hasPassed(i, chosen, before[i])) {
                done++;
            } else if (votes.isPending(i) || (recording[i] && !votes.isPast(i, chosen))) {
                open++;
            }
            ours += !lost[i] && votes.vote(i) instanceof Vote.Granted ? 1 : 0;
            highest = Math.max(highest, before[i]);
        }
        if (done >= quorum.majority()) {
            phase = Phase.WON;
            return this::won;
        }
        if (done + open >= quorum.majority()) {
            return QuorumAcquire::nothing;
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
        if (votes.hasOneHolder()) {
            backOff.reset();
            retryAfter = Duration.ofMillis(Math.max(1, votes.leftMillis()));
        } else {
            retryAfter = backOff.next(took);
        }
        List<Integer> ours = new ArrayList<>();
        for (int i = 0; i < before.length; i++) {
            if (votes.mayHave(i)) {
                ours.add(i);
            }
        }
        return () -> {
            // Before the answer, so that it is sent before whatever comes of that.
            ours.forEach(node -> takeBack(node, ReleaseKind.FOR_NOW)
                    .whenComplete((had, fault) -> insistIf(fault, node, ReleaseKind.FOR_NOW)));
            result.complete(Attempt.Busy.until(retryAfter));
        };
    }

    /** What the nodes have of it is left to whoever hears of the fault: it leaves the contest. */
    private Runnable unreachable() {
        phase = Phase.OVER;
        String did = block == null ? "answered" : "recorded the token";
        Throwable failure = quorum.tooFew(did, quorum.now() - castAt, votes);
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
        Map<Integer, ReleaseKind> nodes = new TreeMap<>();
        boolean mayBeGone = beginToEnd(nodes, new boolean[quorum.size()]);
        result.completeExceptionally(new IllegalStateException("the attempt was withdrawn"));
        QuorumRelease release = new QuorumRelease(quorum, nodes.size(), mayBeGone, this::insist);
        nodes.forEach((node, kind) ->
                takeBack(node, kind).whenComplete((had, fault) -> release.answered(node, kind, had, fault)));
        return release.result();
    }

    /**
     * Lets no vote or record count any more, and says what is to be undone.
     *
     * @param ours which nodes may be the attempt's, and not only have it on their waiting list
     * @return whether it was called before
     */
    private boolean beginToEnd(Map<Integer, ReleaseKind> nodes, boolean[] ours) {
        boolean[] again = {false};
        update(() -> {
            again[0] = ending;
            ending = true;
            phase = Phase.OVER;
            for (int i = 0; i < ours.length; i++) {
                ours[i] = votes.mayHave(i);
                if (queued.isAt(i)) {
                    nodes.put(i, ReleaseKind.FOR_GOOD_AND_LEAVING);
                } else if (ours[i]) {
                    nodes.put(i, ReleaseKind.FOR_GOOD);
                }
            }
        });
        return again[0];
    }

    /**
     * Ends a grant, and keeps every node from everybody for a time. A node that does not confirm is left to its lease, which is no
     * longer than others would wait for a crash: to give it up at once might leave no majority that keeps.
     */
    CompletionStage<ReleaseOutcome> endLater(Duration rest) {
        Map<Integer, ReleaseKind> nodes = new TreeMap<>();
        boolean[] kept = new boolean[quorum.size()];
        boolean mayBeGone = beginToEnd(nodes, kept);
        QuorumRelease release = new QuorumRelease(quorum, nodes.size(), mayBeGone, (node, kind) -> {
            if (!kept[node]) {
                insist(node, kind);
            }
        });
        nodes.forEach((node, kind) -> (kept[node] ? keep(node, rest) : takeBack(node, kind))
                .whenComplete((had, fault) -> release.answered(node, kind, had, fault)));
        return release.result();
    }

    private CompletionStage<Had> keep(int node, Duration rest) {
        quorum.departing();
        return quorum.node(node).releaseLater(attempt, rest).whenComplete((had, fault) -> quorum.departed());
    }

    /**
     * Gives one node up. If it had nothing to give up and then turns out to have granted, or does not say, the requests have
     * changed places (one was sent again after a broken connection): it is given up again.
     */
    private CompletionStage<Had> takeBack(int node, ReleaseKind kind) {
        quorum.departing();
        return quorum.node(node)
                .release(attempt, kind)
                .thenCompose(had -> {
                    CompletableFuture<Boolean> grant = grants.get(node);
                    if (had != Had.YES) {
                        return grant.thenCompose(granted -> again(node, kind, granted, had));
                    }
                    if (!grant.isDone()) {
                        // What is sent again may have been carried out before, too. It is given up now, so nobody waits
                        // for that.
                        var unused = grant.thenCompose(granted -> again(node, kind, granted, had))
                                .whenComplete((still, fault) -> insistIf(fault, node, kind));
                    }
                    return CompletableFuture.completedFuture(had);
                })
                .whenComplete((had, fault) -> quorum.departed());
    }

    private CompletionStage<Had> again(int node, ReleaseKind kind, boolean granted, Had before) {
        return granted
                ? quorum.node(node).release(attempt, kind).thenApply(had -> had == Had.NO ? before : had)
                : CompletableFuture.completedFuture(before);
    }

    private void insistIf(@Nullable Throwable fault, int node, ReleaseKind kind) {
        if (fault != null) {
            insist(node, kind);
        }
    }

    /** Once is enough: it ends with the node's answer, or when the node must have forgotten the attempt. */
    private void insist(int node, ReleaseKind kind) {
        boolean isNew;
        mutex.lock();
        try {
            isNew = insistedOn.computeIfAbsent(kind, p -> new HashSet<>()).add(node);
        } finally {
            mutex.unlock();
        }
        if (isNew) {
            quorum.insist(node, attempt, kind);
        }
    }
}
