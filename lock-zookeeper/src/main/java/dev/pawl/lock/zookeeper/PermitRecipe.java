package dev.pawl.lock.zookeeper;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.zookeeper.PermitQueue.Request;
import dev.pawl.lock.zookeeper.Session.Created;
import dev.pawl.lock.zookeeper.ZooKeeperContender.Ask;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * The recipe of a semaphore, and of a reader-writer lock: {@link PermitQueue} says who has what it wants.
 *
 * <pre>
 *   outside ──create, children──▶ admitted ────────────────────────────────▶ granted
 *      ▲                            ▲ as many have gone as were in the way
 *      │                            │
 *      └── session or node gone ── waiting, watches some of those before it
 * </pre>
 */
final class PermitRecipe extends Recipe<PermitNode> {

    /** Up to so many nodes are asked for one by one; of more, the names of all are read. */
    private static final int FEW = 8;

    PermitRecipe(Service service, Contest contest) {
        super(service, contest);
    }

    @Override
    PermitNode node(Session session, Created made) {
        return new PermitNode(session, where(), contest(), made, bytes());
    }

    /** Nodes of our own that are about to go count: to others they do, too. */
    @Override
    boolean isFree(List<String> children) {
        return isAdmittedTo(PermitQueue.of(children));
    }

    private boolean isAdmittedTo(PermitQueue before) {
        return before.admits(contest().permits(), contest().limit());
    }

    @Override
    CompletableFuture<Attempt> look(PermitNode mine, Ask ask) {
        if (mine.isLetIn()) {
            return granted(mine, ask);
        }
        Set<String> followed = mine.followed();
        return !followed.isEmpty() && followed.size() <= FEW && ask.willWait()
                ? lookAhead(mine, followed, ask)
                : lookAtAll(mine, ask);
    }

    private CompletableFuture<Attempt> lookAhead(PermitNode mine, Set<String> followed, Ask ask) {
        CompletableFuture<Void> fresh = fresh(mine, ask);
        CompletableFuture<Boolean> here = isHere(mine);
        // Another client of this session may have taken a watch with it.
        CompletableFuture<Boolean> waits = watch(mine, followed);
        return CompletableFuture.allOf(fresh, here, waits).thenCompose(done -> {
            if (!here.join()) {
                return removed(mine);
            }
            return waits.join() ? CompletableFuture.completedFuture(busy(mine.session())) : moveUp(mine, ask);
        });
    }

    @Override
    CompletableFuture<Attempt> judge(PermitNode mine, QueueSnapshot snapshot, List<String> children, Ask ask) {
        PermitQueue before = PermitQueue.before(mine.sequence(), children);
        if (isAdmittedTo(before)) {
            return granted(mine, ask);
        }
        return ask.willWait() ? waitBehind(mine, before, ask) : giveUp(mine);
    }

    /** Watches those in the way; the answer is busy once all watches stand. */
    private CompletableFuture<Attempt> waitBehind(PermitNode mine, PermitQueue before, Ask ask) {
        List<Request> inTheWay =
                before.inTheWayOf(contest().permits(), contest().limit());
        boolean allButOne =
                inTheWay.size() <= FEW && inTheWay.stream().allMatch(request -> isAdmittedTo(before.without(request)));
        Set<String> nodes = new HashSet<>();
        inTheWay.forEach(request -> nodes.add(where().child(request.name())));
        return watch(mine, mine.follow(nodes, allButOne))
                .thenCompose(
                        stand -> stand ? CompletableFuture.completedFuture(busy(mine.session())) : moveUp(mine, ask));
    }

    private CompletableFuture<Attempt> moveUp(PermitNode mine, Ask ask) {
        return mine.isLetIn() ? granted(mine, ask) : lookAtAll(mine, ask);
    }

    /** Sets watches, all in one round trip; false if one of the nodes has gone. */
    private static CompletableFuture<Boolean> watch(PermitNode mine, Collection<String> nodes) {
        List<CompletableFuture<Boolean>> answers =
                nodes.stream().map(node -> watch(mine, node)).toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> answers.stream().allMatch(CompletableFuture::join));
    }

    private static CompletableFuture<Boolean> watch(PermitNode mine, String node) {
        CompletableFuture<@Nullable Stat> answer = mine.session().stat(node, true);
        return answer.whenComplete((stat, failure) -> {
                    if (stat == null) {
                        mine.isNotWatched(node, failure == null);
                    }
                })
                .thenApply(stat -> stat != null);
    }
}
