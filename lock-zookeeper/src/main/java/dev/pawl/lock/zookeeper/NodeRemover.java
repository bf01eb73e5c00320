package dev.pawl.lock.zookeeper;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.zookeeper.KeeperException.Code;

/**
 * Removes nodes and does not give up: a node that was forgotten here and lives on there would keep everyone out for as long as
 * the session lasts. It ends with an answer of the service, in a later session if the node's own is over here, or with the
 * client.
 */
final class NodeRemover {

    private final Sessions sessions;

    NodeRemover(Sessions sessions) {
        this.sessions = sessions;
    }

    /** Removes a node of the queue; true if it was there, or an earlier request of ours may have removed it. */
    CompletableFuture<Boolean> remove(QueueNode queueNode) {
        return queueNode.remove(it -> remove(it.session(), it.path()));
    }

    /** Removes a node that this session has made; true if it was there, or an earlier request of ours may have removed it. */
    CompletableFuture<Boolean> remove(Session session, String path) {
        return ask(
                mayBeDone -> {
                    CompletableFuture<Boolean> answer = delete(session, path);
                    return mayBeDone ? answer.thenApply(there -> true) : answer;
                },
                false,
                0);
    }

    /**
     * Asks until the service answers: what is to be removed must be found first, and after a backend's end nobody else would
     * look for it.
     */
    <T> CompletableFuture<T> untilAnswered(Supplier<CompletableFuture<T>> request) {
        return ask(mayBeDone -> request.get(), false, 0);
    }

    /**
     * Asks again until there is an answer.
     *
     * @param mayBeDone whether an earlier try has no known outcome
     */
    private static <T> CompletableFuture<T> ask(
            Function<Boolean, CompletableFuture<T>> request, boolean mayBeDone, long lastPause) {
        return Futures.after(request.apply(mayBeDone), (answer, failure) -> {
            if (failure == null) {
                return CompletableFuture.completedFuture(answer);
            }
            if (!Faults.isPassing(failure)) {
                return CompletableFuture.failedFuture(failure);
            }
            long pause = Pauses.next(lastPause);
            // The service carries out nothing for a session that has ended.
            boolean unknown = mayBeDone || Faults.codeOf(failure) != Code.SESSIONEXPIRED;
            return Pauses.after(pause, () -> ask(request, unknown, pause));
        });
    }

    private CompletableFuture<Boolean> delete(Session session, String path) {
        // A handle that was closed without an answer may live on at the service for a while; any session can delete its
        // nodes.
        CompletableFuture<Boolean> answer =
                session.isAlive() ? session.delete(path) : sessions.inPresent(present -> present.delete(path));
        return answer.whenComplete((there, failure) -> {
            if (failure != null && Faults.codeOf(failure) == Code.SESSIONEXPIRED) {
                session.endIfDead();
            }
        });
    }
}
