package dev.pawl.lock.zookeeper;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.zookeeper.Session.Created;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A node in the queue of a semaphore or a reader-writer lock, which waits for some of those before it. */
final class PermitNode extends QueueNode {

    /**
     * Whom it waits for: while all are there, it has not got what it wants.
     *
     * @param nodes their paths
     * @param standing those of which the watch stands
     * @param allButOne whether it has what it wants when any one of them has gone
     * @param letIn whether it has what it wants
     */
    private record InTheWay(Set<String> nodes, Set<String> standing, boolean allButOne, boolean letIn) {

        /** Its watch has fired, as it does once. */
        InTheWay withoutWatchOf(String node, boolean deleted) {
            Set<String> rest = new HashSet<>(standing);
            rest.remove(node);
            return new InTheWay(nodes, rest, allButOne, letIn || (deleted && allButOne));
        }

        boolean allStand() {
            return standing.size() == nodes.size();
        }
    }

    /** Null before it was in the queue, and when it has what it wants. */
    private final AtomicReference<@Nullable InTheWay> inTheWay = new AtomicReference<>();

    PermitNode(Session session, LockPath where, Contest contest, Created made, int bytes) {
        super(session, where, contest, made, bytes);
    }

    /**
     * Waits for these, and for nobody else.
     *
     * @param nodes their paths
     * @param allButOne whether this node has what it wants when any one of them has gone
     * @return those whose watch is to be set now
     */
    Set<String> follow(Set<String> nodes, boolean allButOne) {
        InTheWay before = inTheWay.getAndSet(new InTheWay(nodes, nodes, allButOne, false));
        Set<String> unwatched = new HashSet<>(nodes);
        if (before != null) {
            unwatched.removeAll(before.standing());
            before.nodes().stream().filter(node -> !nodes.contains(node)).forEach(node -> drop(before, node));
        }
        unwatched.forEach(node -> session().listen(node, this));
        return unwatched;
    }

    private void drop(InTheWay known, String node) {
        if (known.standing().contains(node)) {
            session().unwatch(node, this);
        } else {
            session().ignore(node, this);
        }
    }

    /** Whose watches stand; none if one of them is over, or it waits for nobody. */
    Set<String> followed() {
        InTheWay known = inTheWay.get();
        return known != null && known.allStand() ? known.nodes() : Set.of();
    }

    /** Those before it only get fewer: it needs no reading to know that the last in its way has gone. */
    boolean isLetIn() {
        InTheWay known = inTheWay.get();
        return known != null && known.letIn();
    }

    /**
     * The watch of a node does not stand.
     *
     * @param gone whether the node was not there to be watched; if not, that is not known
     */
    void isNotWatched(String node, boolean gone) {
        var unused = watchIsOver(node, gone);
    }

    private boolean watchIsOver(String node, boolean deleted) {
        InTheWay before = inTheWay.getAndUpdate(known ->
                known != null && known.standing().contains(node) ? known.withoutWatchOf(node, deleted) : known);
        return before != null && before.standing().contains(node);
    }

    @Override
    void nodeChanged(String node, boolean deleted) {
        if (watchIsOver(node, deleted)) {
            contest().wake();
        }
    }

    /** The watches that stand fire when those nodes go, and nobody hears: that costs less than to take them back. */
    @Override
    void settled() {
        InTheWay known = inTheWay.getAndSet(null);
        if (known != null) {
            known.nodes().forEach(node -> session().ignore(node, this));
        }
    }

    @Override
    void stopFollowing() {
        InTheWay known = inTheWay.getAndSet(null);
        if (known != null) {
            known.nodes().forEach(node -> drop(known, node));
        }
    }

    /** Others have permits in their own right. */
    @Override
    RenewalOutcome withoutIt(QueueSnapshot snapshot) {
        return RenewalOutcome.NOT_HELD;
    }
}
