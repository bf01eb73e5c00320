package dev.pawl.lock.zookeeper;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.zookeeper.Session.Created;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One node of ours in a queue: when its turn has come, it is the hold. It belongs to the session that made it, and never counts
 * under another.
 */
abstract class QueueNode {

    private final Session session;
    private final LockPath where;
    private final Contest contest;
    private final String path;
    private final long sequence;
    private final long czxid;
    private final int bytes;
    private final AtomicReference<@Nullable CompletableFuture<Boolean>> removal = new AtomicReference<>();

    /** What the last reading of the line said, until an event says that it may have changed. */
    private enum Reading {
        /** Nothing that holds now: there was none, it did not have us, or somebody has come or gone since. */
        NOTHING,
        /** We are in the line. */
        HERE,
        /** We are in the line, and nobody else is. */
        ALONE
    }

    /** Written on the event thread of the session alone, where answers and events come in the order of the service. */
    private volatile Reading reading = Reading.NOTHING;

    /** For how long this is a hold at the most, in nanoseconds; 0 before it is one. */
    private volatile long promised;

    private volatile boolean removing;

    QueueNode(Session session, LockPath where, Contest contest, Created made, int bytes) {
        this.session = session;
        this.where = where;
        this.contest = contest;
        this.path = made.path();
        this.czxid = made.czxid();
        this.bytes = bytes;
        sequence = QueueSnapshot.sequenceOf(path);
    }

    // --- what locks and permits differ in ----------------------------------------------------------------------

    /** A watch of ours has fired, and that of the node at this path is over. On the event thread. */
    abstract void nodeChanged(String node, boolean deleted);

    /** It has what its contest wants, and waits for nobody. */
    abstract void settled();

    /** It waits for nobody any more: the watches go. */
    abstract void stopFollowing();

    /** What a renewal finds where this node is not in the queue. */
    abstract RenewalOutcome withoutIt(QueueSnapshot snapshot);

    // --- what it is --------------------------------------------------------------------------------------------

    final Session session() {
        return session;
    }

    LockPath where() {
        return where;
    }

    Contest contest() {
        return contest;
    }

    String path() {
        return path;
    }

    /** The name of the node without its parent. */
    String name() {
        return path.substring(where.parent().length() + 1);
    }

    long sequence() {
        return sequence;
    }

    long czxid() {
        return czxid;
    }

    // --- the children of the lock ------------------------------------------------------------------------------

    /** From now on this node hears of its session, and of changes among the children. */
    void enter() {
        session.listen(where.parent(), this);
    }

    /**
     * The children were read, and a watch tells of the next change. On the event thread, whoever waits for the reading or no
     * longer does: a reading without us leaves the node in doubt, so that it is asked for until somebody hears.
     */
    void remember(List<String> children) {
        QueueSnapshot snapshot = snapshot(children);
        if (!snapshot.has(this)) {
            reading = Reading.NOTHING;
        } else {
            reading = snapshot.others() == 0 ? Reading.ALONE : Reading.HERE;
        }
    }

    /** The queue as this node sees it. */
    QueueSnapshot snapshot(List<String> children) {
        return QueueSnapshot.read(children, where.ours(), sequence);
    }

    /** Whether nobody else is in the line, as far as the service has told: it tells of the first who comes. */
    boolean isKnownToBeAlone() {
        return reading == Reading.ALONE;
    }

    /** Whether the node may have been deleted by somebody else. */
    boolean isUnsure() {
        return reading == Reading.NOTHING;
    }

    /** A watch of ours has fired. The one of the children may tell of their parent's end instead. */
    void changed(String node, boolean deleted) {
        if (node.equals(where.parent())) {
            reading = Reading.NOTHING;
        } else {
            nodeChanged(node, deleted);
        }
    }

    // --- the end -----------------------------------------------------------------------------------------------

    /** This node is a hold, and has been told for how long; counted from an instant that is past. */
    void promised(long nanos) {
        promised = nanos;
        sessionLasts(session.timeout());
    }

    /** The service may grant a session less time than before: a hold that has been promised more may end before it knows. */
    void sessionLasts(long nanos) {
        if (promised > nanos) {
            sessionEnded();
        }
    }

    void sessionEnded() {
        if (!removing) {
            contest.lost(LossReason.SESSION_LOST);
        }
    }

    /**
     * Begins to remove the node, or joins in.
     *
     * @param begin removes it, and is started only once unless it fails; true if the node was there
     */
    CompletableFuture<Boolean> remove(Remover begin) {
        removing = true;
        stopFollowing();
        session.ignore(where.parent(), this);
        CompletableFuture<Boolean> running = removal.get();
        if (running != null && !running.isCompletedExceptionally()) {
            return running;
        }
        CompletableFuture<Boolean> mine = new CompletableFuture<>();
        if (!removal.compareAndSet(running, mine)) {
            return remove(begin);
        }
        begin.remove(this).whenComplete((there, failure) -> {
            if (failure == null) {
                session.room().give(bytes);
                mine.complete(there);
            } else {
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }

    /** How a node is removed. */
    @FunctionalInterface
    interface Remover {
        CompletableFuture<Boolean> remove(QueueNode queueNode);
    }
}
