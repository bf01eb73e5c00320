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
 * One contest's node in a queue: how it gets in, and out. When it has what the contest wants, and whom it watches until then, is
 * said by {@link LockRecipe} and {@link PermitRecipe}.
 *
 * <p>Create and the reading of the children leave together: the requests of a session are carried out in order, so the new node is
 * among what is read, and both answers are there after one round trip. The stock recipe takes two.
 */
abstract class Recipe<N extends QueueNode> {

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

    static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private final Service service;
    private final Contest contest;
    private final LockPath where;

    /** What a node of ours takes of its session's room. */
    private final int bytes;

    private volatile @Nullable N queueNode;

    /** Where a create has no known outcome: a node of ours may be there. */
    private volatile @Nullable Session doubtfulIn;

    Recipe(Service service, Contest contest) {
        this.service = service;
        this.contest = contest;
        where = LockPath.of(service.namespace(), contest);
        bytes = where.bytes() + service.chroot() + Room.BESIDE;
    }

    /** For what a contest wants. */
    static Recipe<?> of(Service service, Contest contest) {
        return contest.mode() == Contest.Mode.EXCLUSIVE
                ? new LockRecipe(service, contest)
                : new PermitRecipe(service, contest);
    }

    // --- what the recipes differ in ----------------------------------------------------------------------------

    /** A node of ours that has just been made. */
    abstract N node(Session session, Created made);

    /** Whether a contest that came now would have what it wants at once. */
    abstract boolean isFree(List<String> children);

    /** Asks again for a node that is in the queue. */
    abstract CompletableFuture<Attempt> look(N mine, Ask ask);

    /**
     * What one reading of the queue means for a node that is in it.
     *
     * @param snapshot who is in the queue
     * @param children the same, as it was read
     */
    abstract CompletableFuture<Attempt> judge(N mine, QueueSnapshot snapshot, List<String> children, Ask ask);

    Service service() {
        return service;
    }

    Contest contest() {
        return contest;
    }

    LockPath where() {
        return where;
    }

    int bytes() {
        return bytes;
    }

    // --- one attempt -------------------------------------------------------------------------------------------

    /** In one session from first to last. */
    final CompletableFuture<Attempt> attempt(Session session, Ask ask) {
        N mine = queueNode;
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
            return look(mine, ask);
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
            return isFree(children) ? enter(session, ask, 0) : CompletableFuture.completedFuture(busy(session));
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
        CompletableFuture<N> created = session.create(
                where.prefix(), Label.of(contest), CreateMode.EPHEMERAL_SEQUENTIAL, made -> entered(session, made));
        CompletableFuture<List<String>> children =
                session.watchChildren(where.parent(), names -> created.thenAccept(mine -> mine.remember(names)));
        return Futures.after(created, (mine, failure) -> {
            if (failure == null) {
                return children.thenCompose(names -> judge(mine, names, ask));
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

    private N entered(Session session, Created made) {
        N mine = node(session, made);
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

    // --- in the queue ------------------------------------------------------------------------------------------

    /** Reads the queue again. */
    final CompletableFuture<Attempt> lookAtAll(N mine, Ask ask) {
        Session session = mine.session();
        CompletableFuture<List<String>> children =
                session.isFresh(ask.since()) ? session.children(where.parent()) : session.childrenNow(where.parent());
        return children.thenCompose(names -> judge(mine, names, ask));
    }

    private CompletableFuture<Attempt> judge(N mine, List<String> children, Ask ask) {
        QueueSnapshot snapshot = mine.snapshot(children);
        if (!snapshot.has(mine)) {
            return removed(mine);
        }
        for (String name : snapshot.ours()) {
            if (!name.equals(mine.name())) {
                var unused = service.remover().remove(mine.session(), where.child(name));
            }
        }
        return mine.sequence() >= LAST_SEQUENCE ? renewParent(mine, ask) : judge(mine, snapshot, children, ask);
    }

    /** Whether our node is there, which costs a request only where that is in doubt. */
    static CompletableFuture<Boolean> isHere(QueueNode mine) {
        return mine.isUnsure()
                ? mine.session().stat(mine.path(), false).thenApply(stat -> stat != null)
                : CompletableFuture.completedFuture(true);
    }

    /** Completes when the service is known to keep the session. */
    final CompletableFuture<Void> fresh(QueueNode mine, Ask ask) {
        Session session = mine.session();
        return session.isFresh(ask.since()) ? DONE : session.sync(where.parent());
    }

    /** Lets a contest go that would not wait. */
    final CompletableFuture<Attempt> giveUp(N mine) {
        return withdraw().thenApply(done -> busy(mine.session()));
    }

    final CompletableFuture<Attempt> removed(N mine) {
        queueNode = null;
        var unused = service.remover().remove(mine);
        return CompletableFuture.failedFuture(new Faults.Removed());
    }

    static Attempt busy(Session session) {
        return Attempt.Busy.until(Duration.ofNanos(session.timeout()));
    }

    /**
     * A node whose turn has come is a hold for as long as the service is known to keep the session: that of a node which moved up is
     * counted from the last answer before, so that moving up takes no request, unless that was long ago.
     */
    final CompletableFuture<Attempt> granted(N mine, Ask ask) {
        Session session = mine.session();
        return fresh(mine, ask).thenCompose(known -> {
            if (!session.isAlive() || session.keptAfter(ask.since()) <= 0) {
                return CompletableFuture.failedFuture(KeeperException.create(Code.SESSIONEXPIRED));
            }
            if (mine.czxid() > ZooKeeperGrant.LARGEST_CZXID) {
                return CompletableFuture.failedFuture(
                        new Faults.Refused("has had more leaders than tokens can tell apart (two million)"));
            }
            mine.settled();
            return CompletableFuture.completedFuture(
                    new Attempt.Granted(new ZooKeeperGrant(mine, ask.tokens(), ask.since())));
        });
    }

    /** The sequence is about to end: without children the parent can be made again, and counts from zero. */
    private CompletableFuture<Attempt> renewParent(N mine, Ask ask) {
        Session session = mine.session();
        return Futures.after(withdraw().thenCompose(gone -> session.delete(where.parent())), (deleted, failure) -> {
            if (failure == null) {
                return enter(session, ask, 1);
            }
            return CompletableFuture.failedFuture(
                    Faults.codeOf(failure) == Code.NOTEMPTY
                            ? new Faults.Refused("has used up the sequence numbers of this name, and others queue"
                                    + " for it; it can be had again as soon as nobody does")
                            : failure);
        });
    }

    // --- leaving -----------------------------------------------------------------------------------------------

    /** Leaves nothing at the service. May be called again. */
    final CompletableFuture<Void> withdraw() {
        N mine = queueNode;
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
