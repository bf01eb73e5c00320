package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.BackendFault;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The nodes, and how many of them make a decision. Knows nothing of Redis: the algorithm runs on whatever {@link Node}s,
 * {@link Timer} and clock it is given, so that a simulation drives this very class. Safe for use by several threads.
 */
final class Quorum {

    private static final Duration SHORTEST_GRACE = Duration.ofMillis(5);
    private static final int GRACE = 4;
    private static final long LOOK_NANOS = 500_000;

    private final List<Node> nodes;
    private final List<Leftovers> leftovers;
    private final int majority;
    private final Ticker ticker;
    private final Timer timer;
    private final LongUnaryOperator random;
    private final QuorumClock clock;
    private final WakeUps wakeUps;
    private final AtomicInteger departures = new AtomicInteger();

    /**
     * A quorum of these nodes.
     *
     * @param majority how many must grant; more than half of them, so that any two majorities share a node
     * @param clock by which their times of day are known
     * @param random numbers from 0 to below its argument
     */
    Quorum(
            List<? extends Node> nodes,
            int majority,
            Ticker ticker,
            QuorumClock clock,
            Timer timer,
            LongUnaryOperator random,
            WakeUps wakeUps) {
        this.nodes = List.copyOf(nodes);
        leftovers = this.nodes.stream()
                .map(node -> new Leftovers(node, ticker, timer))
                .toList();
        this.majority = majority;
        this.ticker = ticker;
        this.timer = timer;
        this.random = random;
        this.wakeUps = wakeUps;
        this.clock = clock;
    }

    static int majorityOf(int nodes) {
        return nodes / 2 + 1;
    }

    int size() {
        return nodes.size();
    }

    int majority() {
        return majority;
    }

    Node node(int index) {
        return nodes.get(index);
    }

    QuorumClock clock() {
        return clock;
    }

    WakeUps wakeUps() {
        return wakeUps;
    }

    Timer timer() {
        return timer;
    }

    BackOff newBackOff() {
        return new BackOff(random);
    }

    long now() {
        return ticker.nanos();
    }

    /** How much longer to wait for the last answers, when a majority has answered in this time. */
    long graceAfter(long tookNanos) {
        return Math.max(SHORTEST_GRACE.toNanos(), GRACE * tookNanos);
    }

    // --- renewal -----------------------------------------------------------------------------------------------------

    /** Renews holds at all nodes, each node's in one batch; an outcome stands as soon as a majority makes it. */
    CompletionStage<Map<Grant, RenewalOutcome>> renew(List<RedlockGrant> due) {
        return renew(due, due.stream().map(RedlockGrant::attempt).toList());
    }

    /** Renews one for a time of its own. */
    CompletionStage<RenewalOutcome> renew(RedlockGrant grant, Duration time) {
        return renew(List.of(grant), List.of(grant.attempt().lasting(time)))
                .thenApply(outcomes -> outcomes.getOrDefault(grant, RenewalOutcome.UNKNOWN));
    }

    private CompletionStage<Map<Grant, RenewalOutcome>> renew(List<RedlockGrant> due, List<QuorumAttempt> attempts) {
        List<QuorumRenewal> counts = new ArrayList<>();
        due.forEach(grant -> counts.add(new QuorumRenewal(this)));
        for (int n = 0; n < nodes.size(); n++) {
            int node = n;
            List<? extends CompletionStage<RenewalOutcome>> answers =
                    nodes.get(node).renew(attempts);
            for (int i = 0; i < counts.size(); i++) {
                QuorumRenewal count = counts.get(i);
                answers.get(i).whenComplete((outcome, fault) -> count.answered(node, outcome, fault));
            }
        }
        return CompletableFuture.allOf(
                        counts.stream().map(QuorumRenewal::result).toArray(CompletableFuture<?>[]::new))
                .thenApply(nothing -> outcomes(due, counts));
    }

    private Map<Grant, RenewalOutcome> outcomes(List<RedlockGrant> due, List<QuorumRenewal> counts) {
        Map<Grant, RenewalOutcome> outcomes = new HashMap<>();
        for (int i = 0; i < due.size(); i++) {
            outcomes.put(due.get(i), counts.get(i).result().join());
        }
        boolean allUnknown = outcomes.values().stream().allMatch(RenewalOutcome.UNKNOWN::equals);
        if (allUnknown && !due.isEmpty()) {
            // Why is worth more than a map of unknowns.
            throw tooFewConfirmed(counts.get(0).faults());
        }
        return outcomes;
    }

    /** Completes when a majority would write, as one does that renews. */
    CompletionStage<?> ping() {
        QuorumRenewal count = new QuorumRenewal(this);
        for (int n = 0; n < nodes.size(); n++) {
            int node = n;
            nodes.get(node)
                    .ping()
                    .whenComplete((value, fault) -> count.answered(
                            node, fault == null ? RenewalOutcome.RENEWED : RenewalOutcome.UNKNOWN, fault));
        }
        return count.result().thenApply(outcome -> {
            if (outcome != RenewalOutcome.RENEWED) {
                throw tooFewConfirmed(count.faults());
            }
            return outcome;
        });
    }

    // --- giving up ---------------------------------------------------------------------------------------------------

    void departing() {
        departures.incrementAndGet();
    }

    void departed() {
        departures.decrementAndGet();
    }

    /** Waits until every node has answered what gives it up, or the time is over. A majority may have, and others not yet. */
    void awaitDepartures(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (departures.get() > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
    }

    // --- undoing in the background -----------------------------------------------------------------------------------

    /** Gives a node up that has not confirmed it, again and again, until it has or must have forgotten it. */
    void insist(int node, QuorumAttempt attempt, ReleaseKind kind) {
        leftovers.get(node).add(attempt, kind);
    }

    // --- faults ------------------------------------------------------------------------------------------------------

    /** The outcome of each node, and what that means. */
    BackendFault tooFew(String did, long tookNanos, VoteCount votes) {
        List<String> outcomes = new ArrayList<>();
        List<Throwable> causes = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Throwable fault = votes.fault(i);
            if (fault != null) {
                causes.add(fault);
            }
            outcomes.add(nodes.get(i).name() + " " + outcome(votes.vote(i), fault, tookNanos));
        }
        String message = "fewer than " + majority + " of " + nodes.size() + " Redis masters " + did + ": "
                + String.join("; ", outcomes);
        return fault(message, causes);
    }

    private static String outcome(@Nullable Vote vote, @Nullable Throwable fault, long tookNanos) {
        if (fault != null) {
            return text(fault);
        }
        if (vote == null) {
            return "no answer in " + Duration.ofNanos(tookNanos).toMillis() + " ms";
        }
        return vote instanceof Vote.Granted ? "granted" : "held by another";
    }

    BackendFault tooFewConfirmed(Map<Integer, Throwable> faults) {
        String message = "fewer than " + majority + " of " + nodes.size() + " Redis masters confirmed: "
                + faults.entrySet().stream()
                        .map(entry -> nodes.get(entry.getKey()).name() + " " + text(entry.getValue()))
                        .collect(Collectors.joining("; "));
        return fault(message, List.copyOf(faults.values()));
    }

    /** The holder has these masters no more, and may have a majority all the same. */
    BackendFault tookFromTooFew(int masters) {
        String message = "only " + masters + " of " + nodes.size()
                + " Redis masters are known to have taken the lock from its holder, who may still have it; ask again who has it";
        return new BackendFault(null, message, new IllegalStateException("half done"));
    }

    private static String text(Throwable fault) {
        return String.valueOf(unwrapped(fault).getMessage());
    }

    private static Throwable unwrapped(Throwable fault) {
        Throwable cause = fault.getCause();
        return fault instanceof CompletionException && cause != null ? unwrapped(cause) : fault;
    }

    private static BackendFault fault(String message, List<Throwable> causes) {
        Throwable cause =
                causes.isEmpty() ? new IllegalStateException("no node failed, none agreed") : unwrapped(causes.get(0));
        return new BackendFault(null, message, cause);
    }
}
