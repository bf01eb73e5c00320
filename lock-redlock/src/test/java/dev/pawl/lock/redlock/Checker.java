package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.Grant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The promises, looked at whenever something happens that could break one. */
final class Checker {

    private record Block(long first, long last) {}

    private final Simulation world;
    private final List<Block> blocks = new ArrayList<>();
    private final List<SimulatedRequest> holders = new ArrayList<>();
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

    void granted(SimulatedRequest holder, Grant grant, long floor) {
        Block block = new Block(grant.firstToken(), grant.firstToken() + grant.tokens() - 1);
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

    void busy(SimulatedRequest request, int votes, boolean metRival) {
        check(votes >= world.majority(), "5: busy with " + votes + " answers: " + request);
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
