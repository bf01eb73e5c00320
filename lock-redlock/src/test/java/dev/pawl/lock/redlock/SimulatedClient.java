package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.internal.Keys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** One process: the production {@link Quorum} over simulated links, and what the engine does around it. */
final class SimulatedClient {

    static final Keys KEYS = Keys.of("pawl", "a");
    private static final long FIRST_PAUSE = 50 * Simulation.MILLI;
    private static final long LONGEST_PAUSE = 1_000 * Simulation.MILLI;

    final int index;
    final int party;
    final Quorum quorum;
    private final Simulation world;
    private final long origin;
    private final long rate;
    private final Map<String, Integer> votes = new HashMap<>();
    private final Map<String, Integer> grants = new HashMap<>();
    private final Set<String> rivals = new HashSet<>();
    private final Set<String> excused = new HashSet<>();
    private final Map<String, CompletionStage<?>> releases = new HashMap<>();
    private final Map<String, Set<Integer>> confirmations = new HashMap<>();
    private final Map<String, List<Runnable>> withheld = new HashMap<>();
    private boolean insisting;
    private int undoing;
    private int contests;

    /**
     * A client.
     *
     * @param rate how much faster than true its clock runs, in millionths
     */
    SimulatedClient(Simulation world, int index, int party, long origin, long rate) {
        this.world = world;
        this.index = index;
        this.party = party;
        this.origin = origin;
        this.rate = rate;
        List<Node> links = world.nodes().stream()
                .<Node>map(node -> new SimulatedLink(world, this, node))
                .toList();
        QuorumClock clock = new QuorumClock(links.size(), this::nanos);
        quorum = new Quorum(
                links, world.acceptedMajority(), this::nanos, clock, this::after, world::backOff, new WakeUps());
        if (world.hearsTimeFirst()) {
            world.nodes().forEach(node -> clock.heard(node.index, node.micros(), nanos()));
        }
    }

    long nanos() {
        return origin + world.time().now() + world.time().now() / 1_000_000 * rate;
    }

    private void after(long delay, Runnable action) {
        world.time().after(delay, party, () -> {
            insisting = true;
            action.run();
            insisting = false;
        });
    }

    /** Whether a timer of the quorum is at work. */
    boolean isInsisting() {
        return insisting;
    }

    String nextOwner() {
        return "c" + index + "-" + contests++;
    }

    String member(QuorumAttempt attempt) {
        return index + ":" + attempt.contestant();
    }

    // --- what was sent and seen --------------------------------------------------------------------------------------

    /** Returns whether a majority had granted before. */
    boolean sawVote(QuorumAttempt attempt, Vote vote) {
        votes.merge(attempt.contestant(), 1, Integer::sum);
        if (vote instanceof Vote.Held) {
            rivals.add(attempt.contestant());
            return false;
        }
        return grants.merge(attempt.owner(), 1, Integer::sum) > world.acceptedMajority();
    }

    /** The node that had granted is another's, or nobody's, when the token is to be written back. */
    void sawLoss(QuorumAttempt attempt) {
        rivals.add(attempt.contestant());
    }

    void forgetVotes(String contest) {
        votes.remove(contest);
        rivals.remove(contest);
    }

    /** Whether the last attempt met anybody. */
    boolean metRival(String contest) {
        return rivals.contains(contest);
    }

    int votes(String contest) {
        return votes.getOrDefault(contest, 0);
    }

    /** A release has begun that should end as soon as a majority has confirmed it. */
    void follow(QuorumAttempt attempt, CompletionStage<?> release) {
        releases.put(attempt.owner(), release);
        confirmations.remove(attempt.owner());
    }

    /** A node has answered that it had the attempt, and has no more. */
    void sawConfirmation(QuorumAttempt attempt, int node, Runnable confirmation) {
        // A node that is given up twice, since it granted twice, counts once.
        Set<Integer> nodes = confirmations.computeIfAbsent(attempt.owner(), owner -> new HashSet<>());
        nodes.add(node);
        int count = nodes.size();
        if (world.mutant() == Mutant.RELEASE_WAITS_FOR_ALL && releases.containsKey(attempt.owner())) {
            List<Runnable> waiting = withheld.computeIfAbsent(attempt.owner(), owner -> new ArrayList<>());
            waiting.add(confirmation);
            if (count == world.nodes().size()) {
                waiting.forEach(Runnable::run);
            }
        } else {
            confirmation.run();
        }
        CompletionStage<?> release = releases.get(attempt.owner());
        if (release != null && count >= world.majority()) {
            world.checker().confirmed(attempt, release.toCompletableFuture().isDone());
        }
    }

    /** What this contest leaves behind cannot be helped: a request came when all that should undo it had come before. */
    void excuse(QuorumAttempt attempt) {
        excused.add(attempt.contestant());
    }

    boolean isExcused(String contest) {
        return world.time().isDead(party) || excused.contains(contest);
    }

    // --- as the engine's undoer --------------------------------------------------------------------------------------

    void undo(String contest, Supplier<CompletionStage<?>> action) {
        undoing++;
        undo(contest, action, nanos() + world.leaseMillis() * Simulation.MILLI, FIRST_PAUSE);
    }

    private void undo(String contest, Supplier<CompletionStage<?>> action, long until, long pause) {
        action.get().whenComplete((done, failure) -> {
            if (failure == null || nanos() - until >= 0) {
                undoing--;
            } else {
                world.time()
                        .after(pause, party, () -> undo(contest, action, until, Math.min(2 * pause, LONGEST_PAUSE)));
            }
        });
    }

    boolean isUndoing() {
        return undoing > 0 && !world.time().isDead(party);
    }

    @Override
    public String toString() {
        return "client-" + index;
    }
}
