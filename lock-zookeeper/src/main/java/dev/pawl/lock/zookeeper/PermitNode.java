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
     * @param watched the paths of those of which the watch stands
     * @param allButOne whether it has what it wants when any one of them has gone
     * @param changed whether a watch is over, so that it is to look again
     * @param letIn whether it has what it wants
     */
    private record InTheWay(Set<String> watched, boolean allButOne, boolean changed, boolean letIn) {

        boolean isWatched(String node) {
            return watched.contains(node);
        }

        InTheWay without(String node, boolean deleted) {
            Set<String> rest = new HashSet<>(watched);
            rest.remove(node);
            return new InTheWay(rest, allButOne, true, letIn || (deleted && allButOne));
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
        InTheWay next = new InTheWay(nodes, allButOne, false, false);
        InTheWay before = inTheWay.getAndSet(next);
        Set<String> unwatched = new HashSet<>(nodes);
        if (before != null) {
            unwatched.removeAll(before.watched());
            before.watched().stream()
                    .filter(node -> !nodes.contains(node))
                    .forEach(node -> session().unwatch(node, this));
        }
        unwatched.forEach(node -> session().listen(node, this));
        return unwatched;
    }

    /** Whose watches stand; none if one of them is over, or it waits for nobody. */
    Set<String> followed() {
        InTheWay known = inTheWay.get();
        return known == null || known.changed() ? Set.of() : known.watched();
    }

    /** Those before it only get fewer: it needs no reading to know that the last in its way has gone. */
    boolean isLetIn() {
        InTheWay known = inTheWay.get();
        return known != null && known.letIn();
    }

    /** The node was not there to be watched, or it is not known whether the watch stands. */
    void isNotWatched(String node, boolean gone) {
        if (watchIsOver(node, gone)) {
            session().ignore(node, this);
        }
    }

    private boolean watchIsOver(String node, boolean deleted) {
        InTheWay before = inTheWay.getAndUpdate(
                known -> known != null && known.isWatched(node) ? known.without(node, deleted) : known);
        return before != null && before.isWatched(node);
    }

    @Override
    void nodeChanged(String node, boolean deleted) {
        if (watchIsOver(node, deleted)) {
            session().ignore(node, this);
            contest().wake();
        }
    }

    /** The watches that stand fire when those nodes go, and nobody hears: that costs less than to take them back. */
    @Override
    void settled() {
        InTheWay known = inTheWay.getAndSet(null);
        if (known != null) {
            known.watched().forEach(node -> session().ignore(node, this));
        }
    }

    @Override
    void stopFollowing() {
        InTheWay known = inTheWay.getAndSet(null);
        if (known != null) {
            known.watched().forEach(node -> session().unwatch(node, this));
        }
    }

    /** Others have permits in their own right. */
    @Override
    RenewalOutcome withoutIt(QueueSnapshot snapshot) {
        return RenewalOutcome.NOT_HELD;
    }
}
