package dev.pawl.lock.redlock;

import dev.pawl.lock.LockBackendException;
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
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final List<Node> nodes;
    private final int majority;
    private final Ticker ticker;
    private final Timer timer;
    private final LongUnaryOperator random;
    private final QuorumClock clock;
    private final Hints hints;
    private final AtomicInteger departures = new AtomicInteger();

    /**
     * A quorum of these nodes.
     *
     * @param majority how many must grant; more than half of them, so that any two majorities share a node
     * @param clock by which their times of day are known
     * @param random numbers from 0 to below its argument
     */
    Quorum(
            List<Node> nodes,
            int majority,
            Ticker ticker,
            QuorumClock clock,
            Timer timer,
            LongUnaryOperator random,
            Hints hints) {
        this.nodes = List.copyOf(nodes);
        this.majority = majority;
        this.ticker = ticker;
        this.timer = timer;
        this.random = random;
        this.hints = hints;
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

    Hints hints() {
        return hints;
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
        List<Bid> bids = due.stream().map(RedlockGrant::bid).toList();
        List<RenewalCount> counts = new ArrayList<>();
        due.forEach(grant -> counts.add(new RenewalCount(this)));
        long sentAt = now();
        for (int n = 0; n < nodes.size(); n++) {
            int node = n;
            List<? extends CompletionStage<RenewalOutcome>> answers =
                    nodes.get(node).renew(bids);
            for (int i = 0; i < counts.size(); i++) {
                RenewalCount count = counts.get(i);
                answers.get(i).whenComplete((outcome, fault) -> count.answered(node, outcome, fault));
            }
        }
        return CompletableFuture.allOf(counts.stream().map(RenewalCount::result).toArray(CompletableFuture<?>[]::new))
                .thenApply(nothing -> outcomes(due, counts, sentAt));
    }

    private Map<Grant, RenewalOutcome> outcomes(List<RedlockGrant> due, List<RenewalCount> counts, long sentAt) {
        Map<Grant, RenewalOutcome> outcomes = new HashMap<>();
        for (int i = 0; i < due.size(); i++) {
            outcomes.put(due.get(i), counts.get(i).result().join());
        }
        boolean allUnknown = outcomes.values().stream().allMatch(RenewalOutcome.UNKNOWN::equals);
        if (allUnknown && !due.isEmpty()) {
            // Why is worth more than a map of unknowns.
            throw tooFewConfirmed(
                    due.get(0).bid().name(), now() - sentAt, counts.get(0).faults());
        }
        return outcomes;
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

    /**
     * Gives a node up that has not confirmed it, again and again, until it must have forgotten it: a node that is hung may grant
     * what it was asked when it goes on, so its time has not begun.
     */
    void insist(int node, Bid bid, Parting parting) {
        insist(node, bid, parting, now() + bid.keptFor(parting).toNanos(), FIRST_PAUSE.toNanos());
    }

    private void insist(int node, Bid bid, Parting parting, long until, long pause) {
        timer.after(pause, () -> {
            if (now() - until < 0) {
                nodes.get(node).release(bid, parting).whenComplete((had, fault) -> {
                    if (fault != null) {
                        long end = NodeFault.mayAct(fault)
                                ? now() + bid.keptFor(parting).toNanos()
                                : until;
                        insist(node, bid, parting, end, Math.min(2 * pause, LONGEST_PAUSE.toNanos()));
                    }
                });
            }
        });
    }

    // --- faults ------------------------------------------------------------------------------------------------------

    /** The outcome of each node, and what that means. */
    LockBackendException tooFew(String lockName, String did, long tookNanos, Tally tally) {
        List<String> outcomes = new ArrayList<>();
        List<Throwable> causes = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Throwable fault = tally.fault(i);
            if (fault != null) {
                causes.add(fault);
            }
            outcomes.add(nodes.get(i).name() + " " + outcome(tally.vote(i), fault, tookNanos));
        }
        String message = "fewer than " + majority + " of " + nodes.size() + " Redis masters " + did + ": "
                + String.join("; ", outcomes);
        return fault(lockName, tookNanos, message, causes);
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

    LockBackendException tooFewConfirmed(String lockName, long tookNanos, Map<Integer, Throwable> faults) {
        String message = "fewer than " + majority + " of " + nodes.size() + " Redis masters confirmed: "
                + faults.entrySet().stream()
                        .map(entry -> nodes.get(entry.getKey()).name() + " " + text(entry.getValue()))
                        .collect(Collectors.joining("; "));
        return fault(lockName, tookNanos, message, List.copyOf(faults.values()));
    }

    private static String text(Throwable fault) {
        return String.valueOf(unwrapped(fault).getMessage());
    }

    private static Throwable unwrapped(Throwable fault) {
        Throwable cause = fault.getCause();
        return fault instanceof CompletionException && cause != null ? unwrapped(cause) : fault;
    }

    private static LockBackendException fault(String lockName, long tookNanos, String message, List<Throwable> causes) {
        Throwable cause =
                causes.isEmpty() ? new IllegalStateException("no node failed, none agreed") : unwrapped(causes.get(0));
        return new LockBackendException(lockName, Duration.ofNanos(tookNanos), null, message, cause);
    }
}
