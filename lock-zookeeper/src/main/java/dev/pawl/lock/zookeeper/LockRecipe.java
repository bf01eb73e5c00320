package dev.pawl.lock.zookeeper;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.zookeeper.Session.Created;
import dev.pawl.lock.zookeeper.ZooKeeperContender.Ask;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.jspecify.annotations.Nullable;

/**
 * The recipe: one contest's node in the line of a lock.
 *
 * <pre>
 *   outside ──create, children──▶ first ──────────────────────────▶ granted
 *      ▲                            ▲ predecessor gone
 *      │                            │
 *      └── session or node gone ── behind, watches its predecessor
 * </pre>
 *
 * <p>Create and the reading of the children leave together: the requests of a session are carried out in order, so the new node is
 * among what is read, and both answers are there after one round trip. The stock recipe takes two.
 */
final class LockRecipe {

    /**
     * The service numbers a node's children by its count of changes, and stops at 2³¹-1: from then on all get the same number, and
     * several are first. Well before that the parent is made anew.
     */
    static final long LAST_SEQUENCE = Integer.MAX_VALUE - 1_000_000L;

    private static final int MOST_TRIES = 4;

    private static final String NO_ROOM =
            "keeps as many nodes for this session as it can end at once: the paths of the locks that"
                    + " the client holds and waits for make " + Room.BYTES / 1024
                    + " KiB. Give locks back, or use several clients";

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private final Service service;
    private final Contest contest;
    private final LockPath where;

    /** What a node of ours takes of its session's room. */
    private final int bytes;

    private volatile @Nullable QueueNode queueNode;

    /** Where a create has no known outcome: a node of ours may be there. */
    private volatile @Nullable Session doubtfulIn;

    LockRecipe(Service service, Contest contest) {
        this.service = service;
        this.contest = contest;
        where = LockPath.of(service.namespace(), contest);
        bytes = where.bytes() + service.chroot() + Room.BESIDE;
    }

    /** One attempt, in one session from first to last. */
    CompletableFuture<Attempt> attempt(Session session, Ask ask) {
        QueueNode mine = queueNode;
        if (mine != null && mine.session() != session) {
            // The old session's node must never win; what is left of it is removed, should the service still have it.
            var unused = service.remover().remove(mine);
            mine = null;
            queueNode = null;
        }
        if (doubtfulIn != null) {
            return resolve(session, ask);
        }
        if (mine != null) {
            return mine.isNext() ? granted(mine, ask) : look(mine, ask);
        }
        return ask.willWait() ? enter(session, ask, 0) : peek(session, ask);
    }

    // --- entering ----------------------------------------------------------------------------------------------

    /** Whoever would not wait looks first: a lock that is held costs one read and no write. */
    private CompletableFuture<Attempt> peek(Session session, Ask ask) {
        return Futures.after(session.childrenNow(where.parent()), (children, failure) -> {
            if (failure != null) {
                boolean noParent = Faults.codeOf(failure) == Code.NONODE;
                return noParent ? enter(session, ask, 1) : CompletableFuture.failedFuture(failure);
            }
            boolean free = QueueSnapshot.read(children, where.ours(), 0).others() == 0;
            return free ? enter(session, ask, 0) : CompletableFuture.completedFuture(busy(session));
        });
    }

    /**
     * Makes a node in the queue.
     *
     * @param tries how often that has failed for want of a parent: the first time only the lock's node is made before, then the
     *     namespace's too
     */
    private CompletableFuture<Attempt> enter(Session session, Ask ask, int tries) {
        CompletableFuture<Void> parents = tries > 1 ? service.makeNamespace(session) : DONE;
        CompletableFuture<Void> parent =
                tries > 0 ? session.createIfMissing(where.parent(), CreateMode.CONTAINER) : DONE;
        if (!session.room().take(bytes)) {
            return CompletableFuture.failedFuture(new Faults.Refused(NO_ROOM));
        }
        doubtfulIn = session;
        CompletableFuture<QueueNode> created = session.create(
                where.prefix(), Label.of(contest), CreateMode.EPHEMERAL_SEQUENTIAL, made -> entered(session, made));
        CompletableFuture<List<String>> children =
                session.watchChildren(where.parent(), names -> created.thenAccept(mine -> mine.remember(names)));
        return Futures.after(created, (mine, failure) -> {
            if (failure == null) {
                return children.thenCompose(names -> judge(mine, mine.snapshot(names), ask));
            }
            if (!Faults.isPassing(failure)) {
                nothingIsThere();
            }
            boolean noParent = Faults.codeOf(failure) == Code.NONODE;
            if (!noParent && !Faults.isPassing(failure)) {
                session.unwatchChildren(where.parent());
            }
            if (!noParent || tries == MOST_TRIES) {
                return CompletableFuture.failedFuture(failure);
            }
            // What refused the parents says more than their absence.
            return CompletableFuture.allOf(parents, unlessMissing(parent))
                    .thenCompose(done -> enter(session, ask, tries + 1));
        });
    }

    private static CompletableFuture<Void> unlessMissing(CompletableFuture<Void> parent) {
        return Futures.after(
                parent, (done, failure) -> failure == null || Faults.codeOf(failure) == Code.NONODE ? DONE : parent);
    }

    private QueueNode entered(Session session, Created made) {
        QueueNode mine = new QueueNode(session, where, contest, made.path(), made.czxid(), bytes);
        mine.enter();
        queueNode = mine;
        doubtfulIn = null;
        return mine;
    }

    private void nothingIsThere() {
        Session asked = doubtfulIn;
        doubtfulIn = null;
        if (asked != null) {
            asked.room().give(bytes);
        }
    }

    /** Finds out whether a create of ours has come through: whoever reads behind it on the same session knows. */
    private CompletableFuture<Attempt> resolve(Session session, Ask ask) {
        return oursNow(session).thenCompose(names -> {
            for (String name : names) {
                var unused = service.remover().remove(session, where.child(name));
            }
            nothingIsThere();
            return attempt(session, ask);
        });
    }

    private CompletableFuture<List<String>> oursNow(Session session) {
        return Futures.after(session.childrenNow(where.parent()), (children, failure) -> {
            if (failure == null) {
                return CompletableFuture.completedFuture(
                        QueueSnapshot.read(children, where.ours(), 0).ours());
            }
            return Faults.codeOf(failure) == Code.NONODE
                    ? CompletableFuture.completedFuture(List.of())
                    : CompletableFuture.failedFuture(failure);
        });
    }

    // --- in the line -------------------------------------------------------------------------------------------

    /** While the watch of the predecessor stands, nothing else matters: the names of all in a long line are many. */
    private CompletableFuture<Attempt> look(QueueNode mine, Ask ask) {
        String followed = mine.followed();
        return followed != null && ask.willWait() ? lookAhead(mine, followed, ask) : lookAtAll(mine, ask);
    }

    private CompletableFuture<Attempt> lookAhead(QueueNode mine, String followed, Ask ask) {
        Session session = mine.session();
        CompletableFuture<Void> fresh = session.isFresh(ask.since()) ? DONE : session.sync(where.parent());
        CompletableFuture<Boolean> here = mine.isUnsure()
                ? session.stat(mine.path(), false).thenApply(stat -> stat != null)
                : CompletableFuture.completedFuture(true);
        // Another client of this session may have taken the watch with it.
        CompletableFuture<Boolean> waits = session.stat(followed, true).thenApply(stat -> stat != null);
        return CompletableFuture.allOf(fresh, here, waits).thenCompose(done -> {
            if (!here.join()) {
                return removed(mine);
            }
            return waits.join() ? CompletableFuture.completedFuture(busy(session)) : moveUp(mine, followed, ask);
        });
    }

    /** Reads the line again. */
    private CompletableFuture<Attempt> lookAtAll(QueueNode mine, Ask ask) {
        Session session = mine.session();
        CompletableFuture<List<String>> children =
                session.isFresh(ask.since()) ? session.children(where.parent()) : session.childrenNow(where.parent());
        return children.thenCompose(names -> judge(mine, mine.snapshot(names), ask));
    }

    /** What one reading of the queue means for a node in it. */
    private CompletableFuture<Attempt> judge(QueueNode mine, QueueSnapshot snapshot, Ask ask) {
        if (!snapshot.has(mine)) {
            return removed(mine);
        }
        for (String name : snapshot.ours()) {
            if (!name.equals(mine.name())) {
                var unused = service.remover().remove(mine.session(), where.child(name));
            }
        }
        if (mine.sequence() >= LAST_SEQUENCE) {
            return renewParent(mine, ask);
        }
        String predecessor = snapshot.predecessor();
        if (predecessor == null) {
            return granted(mine, ask);
        }
        return ask.willWait()
                ? waitBehind(mine, where.child(predecessor), snapshot.before() == 1, ask)
                : withdraw().thenApply(done -> busy(mine.session()));
    }

    private CompletableFuture<Attempt> removed(QueueNode mine) {
        queueNode = null;
        var unused = service.remover().remove(mine);
        return CompletableFuture.failedFuture(new Faults.Removed());
    }

    /** Watches the predecessor; the answer is busy once the watch stands. */
    private CompletableFuture<Attempt> waitBehind(QueueNode mine, String predecessor, boolean only, Ask ask) {
        if (mine.follows(predecessor, only)) {
            return CompletableFuture.completedFuture(busy(mine.session()));
        }
        mine.follow(predecessor, only);
        return mine.session().stat(predecessor, true).thenCompose(stat -> {
            if (stat != null) {
                return CompletableFuture.completedFuture(busy(mine.session()));
            }
            return moveUp(mine, predecessor, ask);
        });
    }

    private CompletableFuture<Attempt> moveUp(QueueNode mine, String predecessor, Ask ask) {
        mine.predecessorIsGone(predecessor);
        return mine.isNext() ? granted(mine, ask) : lookAtAll(mine, ask);
    }

    private static Attempt busy(Session session) {
        return Attempt.Busy.until(Duration.ofNanos(session.timeout()));
    }

    /**
     * The head of the queue is a hold for as long as the service is known to keep the session: that of a node which moved up is
     * counted from the last answer before, so that moving up takes no request, unless that was long ago.
     */
    private CompletableFuture<Attempt> granted(QueueNode mine, Ask ask) {
        Session session = mine.session();
        CompletableFuture<Void> liveness = session.isFresh(ask.since()) ? DONE : session.sync(where.parent());
        return liveness.thenCompose(known -> {
            if (!session.isAlive() || session.keptAfter(ask.since()) <= 0) {
                return CompletableFuture.failedFuture(KeeperException.create(Code.SESSIONEXPIRED));
            }
            if (mine.czxid() > ZooKeeperGrant.LARGEST_CZXID) {
                return CompletableFuture.failedFuture(
                        new Faults.Refused("has had more leaders than tokens can tell apart (two million)"));
            }
            mine.stopFollowing();
            return CompletableFuture.completedFuture(
                    new Attempt.Granted(new ZooKeeperGrant(mine, ask.tokens(), ask.since())));
        });
    }

    /** The sequence is about to end: without children the parent can be made again, and counts from zero. */
    private CompletableFuture<Attempt> renewParent(QueueNode mine, Ask ask) {
        Session session = mine.session();
        return Futures.after(withdraw().thenCompose(gone -> session.delete(where.parent())), (deleted, failure) -> {
            if (failure == null) {
                return enter(session, ask, 1);
            }
            return CompletableFuture.failedFuture(
                    Faults.codeOf(failure) == Code.NOTEMPTY
                            ? new Faults.Refused("has used up the sequence numbers of this lock, and others queue"
                                    + " for it; it can be had again as soon as nobody does")
                            : failure);
        });
    }

    // --- leaving -----------------------------------------------------------------------------------------------

    /** Leaves nothing at the service. May be called again. */
    CompletableFuture<Void> withdraw() {
        QueueNode mine = queueNode;
        CompletableFuture<Void> removed =
                mine == null ? DONE : service.remover().remove(mine).thenAccept(there -> queueNode = null);
        return removed.thenCompose(done -> doubtfulIn == null ? DONE : removeWhatMayBe());
    }

    private CompletableFuture<Void> removeWhatMayBe() {
        return service.remover()
                .untilAnswered(() -> service.sessions().inPresent(this::removeOurs))
                .thenAccept(done -> nothingIsThere());
    }

    private CompletableFuture<Void> removeOurs(Session session) {
        return oursNow(session)
                .thenCompose(names -> CompletableFuture.allOf(names.stream()
                        .map(name -> service.remover().remove(session, where.child(name)))
                        .toArray(CompletableFuture<?>[]::new)));
    }
}
