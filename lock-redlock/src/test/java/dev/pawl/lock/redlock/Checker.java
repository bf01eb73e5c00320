package dev.pawl.lock.redlock;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The promises, looked at whenever something happens that could break one. */
final class Checker {

    private record Block(long first, long last) {}

    private final Simulation world;
    private final List<Block> blocks = new ArrayList<>();
    private final List<SimulatedRequest> holders = new ArrayList<>();
    private final Set<Long> used = new HashSet<>();
    private long lastUsed;
    private long largest;
    private @Nullable String violation;

    Checker(Simulation world) {
        this.world = world;
    }

    @Nullable
    String violation() {
        return violation;
    }

    void violated(String what) {
        if (violation == null) {
            violation = what;
            world.trace(() -> "VIOLATION " + what);
        }
    }

    private void check(boolean kept, String promise) {
        if (!kept) {
            violated(promise);
        }
    }

    /** The largest token that was granted so far: whoever begins now must get a larger one. */
    long floor() {
        return largest;
    }

    void granted(SimulatedRequest holder, long first, long last, long floor) {
        Block block = new Block(first, last);
        check(block.first > floor, "2: tokens go up: " + block + " after " + floor);
        for (Block other : blocks) {
            check(block.first > other.last || block.last < other.first, "2: a token is given once: " + block);
        }
        if (world.mood() != Weather.Mood.TIMELESS) {
            check(block.first > largest, "2: tokens follow the grants: " + block + " after " + largest);
            holders.removeIf(other -> !other.isValid());
            check(holders.isEmpty(), "1: one holder at a time: " + holders + " and " + holder);
        }
        holders.add(holder);
        blocks.add(block);
        largest = Math.max(largest, block.last);
    }

    /** Somebody holds the lock with this token from now on: by the grant itself, or by hand-off. */
    void used(SimulatedRequest holder, long token) {
        check(used.add(token), "2: a token is used once: " + token + " by " + holder);
        if (world.mood() != Weather.Mood.TIMELESS) {
            check(token > lastUsed, "2: tokens follow the holds: " + token + " after " + lastUsed);
            lastUsed = Math.max(lastUsed, token);
        }
    }

    /** The caller was told that its lock is free. */
    void released(SimulatedClient client, QuorumAttempt attempt) {
        long left = world.nodes().stream()
                .filter(node -> attempt.owner().equals(node.memory.owner()))
                .count();
        boolean excused = client.isExcused(attempt.contestant());
        check(excused || left < world.majority(), "4: released, but " + left + " nodes have " + attempt.owner());
    }

    /** A majority has confirmed a release. */
    void confirmed(QuorumAttempt attempt, boolean done) {
        check(
                done,
                "4: a majority has confirmed that it gave up " + attempt.owner() + ", but its release waits for more");
    }

    void busy(SimulatedRequest request, int votes, boolean metRival) {
        check(votes >= world.acceptedMajority(), "5: busy with " + votes + " answers: " + request);
        check(metRival, "5: busy, but nobody has the lock: " + request);
    }

    void failed(SimulatedRequest request, @Nullable Throwable failure) {
        check(!world.isFine(), "5: a fault in the calm: " + request + " " + failure);
    }

    void lost(SimulatedRequest request) {
        check(!world.isFine(), "3: a loss in the calm: " + request);
    }

    void atRest() {
        for (SimulatedNode node : world.nodes()) {
            String owner = node.memory.owner();
            if (owner != null) {
                check(isExcused(owner.substring(1)), "4: a hold of " + owner + " is left at node-" + node.index);
            }
            for (String member : node.memory.waiting()) {
                String contest = member.substring(member.indexOf(':') + 2);
                check(isExcused(contest), "4: " + member + " is left waiting at node-" + node.index);
            }
        }
    }

    /** Takes {@code <client>-<contest>}, and perhaps {@code .<attempt>}. */
    private boolean isExcused(String owner) {
        int dash = owner.indexOf('-');
        int dot = owner.indexOf('.');
        String contest = "c" + (dot < 0 ? owner : owner.substring(0, dot));
        return world.clients().get(Integer.parseInt(owner.substring(0, dash))).isExcused(contest);
    }
}
