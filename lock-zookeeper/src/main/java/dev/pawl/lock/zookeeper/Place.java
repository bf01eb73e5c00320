package dev.pawl.lock.zookeeper;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Contest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One node of ours in a lock's queue: at its head, it is the hold. It belongs to the session that made it, and never counts
 * under another.
 */
final class Place {

    private final Session session;
    private final LockPath where;
    private final Contest contest;
    private final String path;
    private final long sequence;
    private final long czxid;
    private final AtomicReference<@Nullable CompletableFuture<Boolean>> removal = new AtomicReference<>();

    /** Whether the children may have changed since they were read with a watch. */
    private volatile boolean unsure = true;

    private volatile boolean alone;

    private volatile boolean removing;

    /** The path of the node before ours while we watch it. */
    private volatile @Nullable String predecessor;

    /** Whether nobody is before us once the predecessor has gone. */
    private volatile boolean isSecond;

    /** Whether the watch of the predecessor has fired. */
    private volatile boolean watchIsOver;

    private volatile boolean predecessorDeleted;

    Place(Session session, LockPath where, Contest contest, String path, long czxid) {
        this.session = session;
        this.where = where;
        this.contest = contest;
        this.path = path;
        this.czxid = czxid;
        sequence = Line.sequenceOf(path);
    }

    Session session() {
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

    /** From now on this place hears of its session, and of changes among the children. */
    void enter() {
        session.listen(where.parent(), this);
    }

    /** The children were read, and a watch will tell of the next change. */
    void childrenKnown() {
        unsure = false;
    }

    /** What the last reading with a watch has shown. */
    Line read(Line line) {
        alone = line.others() == 0;
        return line;
    }

    /** Whether nobody else is in the line, as far as the service has told: it tells of the first who comes. */
    boolean isKnownToBeAlone() {
        return alone && !unsure;
    }

    void childrenChanged() {
        unsure = true;
    }

    /** Whether the node may have been deleted by somebody else. */
    boolean isUnsure() {
        return unsure;
    }

    // --- the predecessor ---------------------------------------------------------------------------------------

    /**
     * Waits for the end of this node.
     *
     * @param node the path of the node before ours
     * @param only whether nobody else is before us
     */
    void follow(String node, boolean only) {
        stopFollowing();
        isSecond = only;
        watchIsOver = false;
        predecessorDeleted = false;
        predecessor = node;
        session.listen(node, this);
    }

    /** Whether the watch of this node stands. */
    boolean follows(String node, boolean only) {
        boolean stands = node.equals(predecessor) && !watchIsOver;
        if (stands) {
            isSecond = only;
        }
        return stands;
    }

    /** The node was not there to be watched. */
    void predecessorIsGone() {
        predecessorDeleted = true;
        watchIsOver = true;
    }

    void stopFollowing() {
        String followed = predecessor;
        if (followed != null) {
            predecessor = null;
            if (watchIsOver) {
                session.ignore(followed, this);
            } else {
                session.unwatch(followed, this);
            }
        }
    }

    /** Nobody who comes later is put before us: with the one who was, the line before us is gone. */
    boolean isNext() {
        return predecessorDeleted && isSecond;
    }

    /** The watch has fired; it fires once. Most likely the node was deleted; if only its data was changed, a look tells. */
    void nodeChanged(String node, boolean deleted) {
        if (node.equals(predecessor)) {
            predecessorDeleted = deleted;
            watchIsOver = true;
            contest.wake();
        }
    }

    // --- the end -----------------------------------------------------------------------------------------------

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
        CompletableFuture<Boolean> remove(Place place);
    }
}
