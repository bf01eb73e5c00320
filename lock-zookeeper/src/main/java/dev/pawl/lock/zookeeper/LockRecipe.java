package dev.pawl.lock.zookeeper;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.zookeeper.Session.Created;
import dev.pawl.lock.zookeeper.ZooKeeperContender.Ask;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The recipe of a lock: the first in the queue has it.
 *
 * <pre>
 *   outside ──create, children──▶ first ──────────────────────────▶ granted
 *      ▲                            ▲ predecessor gone
 *      │                            │
 *      └── session or node gone ── behind, watches its predecessor
 * </pre>
 */
final class LockRecipe extends Recipe<LockNode> {

    LockRecipe(Service service, Contest contest) {
        super(service, contest);
    }

    @Override
    LockNode node(Session session, Created made) {
        return new LockNode(session, where(), contest(), made, bytes());
    }

    @Override
    boolean isFree(List<String> children) {
        return QueueSnapshot.read(children, where().ours(), 0).others() == 0;
    }

    /** While the watch of the predecessor stands, nothing else matters: the names of all in a long queue are many. */
    @Override
    CompletableFuture<Attempt> look(LockNode mine, Ask ask) {
        if (mine.isNext()) {
            return granted(mine, ask);
        }
        String followed = mine.followed();
        return followed != null && ask.willWait() ? lookAhead(mine, followed, ask) : lookAtAll(mine, ask);
    }

    private CompletableFuture<Attempt> lookAhead(LockNode mine, String followed, Ask ask) {
        Session session = mine.session();
        CompletableFuture<Void> fresh = fresh(mine, ask);
        CompletableFuture<Boolean> here = isHere(mine);
        // Another client of this session may have taken the watch with it.
        CompletableFuture<Boolean> waits = session.stat(followed, true).thenApply(stat -> stat != null);
        return CompletableFuture.allOf(fresh, here, waits).thenCompose(done -> {
            if (!here.join()) {
                return removed(mine);
            }
            return waits.join() ? CompletableFuture.completedFuture(busy(session)) : moveUp(mine, followed, ask);
        });
    }

    @Override
    CompletableFuture<Attempt> judge(LockNode mine, QueueSnapshot snapshot, List<String> children, Ask ask) {
        String predecessor = snapshot.predecessor();
        if (predecessor == null) {
            return granted(mine, ask);
        }
        return ask.willWait()
                ? waitBehind(mine, where().child(predecessor), snapshot.before() == 1, ask)
                : giveUp(mine);
    }

    /** Watches the predecessor; the answer is busy once the watch stands. */
    private CompletableFuture<Attempt> waitBehind(LockNode mine, String predecessor, boolean only, Ask ask) {
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

    private CompletableFuture<Attempt> moveUp(LockNode mine, String predecessor, Ask ask) {
        mine.predecessorIsGone(predecessor);
        return mine.isNext() ? granted(mine, ask) : lookAtAll(mine, ask);
    }
}
