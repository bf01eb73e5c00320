package dev.pawl.lock.zookeeper;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.zookeeper.KeeperException.Code;

/**
 * Removes nodes and does not give up: a node that was forgotten here and lives on there would keep everyone out for as long as
 * the session lasts. It ends with an answer of the service, in a later session if the node's own is over here, or with the
 * client.
 */
final class Removals {

    private final Sessions sessions;

    Removals(Sessions sessions) {
        this.sessions = sessions;
    }

    /** Removes the node of a place; true if it was there. */
    CompletableFuture<Boolean> remove(Place place) {
        return place.remove(it -> remove(it.session(), it.path()));
    }

    /** Removes a node that this session has made; true if it was there. */
    CompletableFuture<Boolean> remove(Session session, String path) {
        return untilAnswered(() -> delete(session, path));
    }

    /**
     * Asks until the service answers: what is to be removed must be found first, and after a backend's end nobody else would
     * look for it.
     */
    <T> CompletableFuture<T> untilAnswered(Supplier<CompletableFuture<T>> request) {
        return ask(request, 0);
    }

    private static <T> CompletableFuture<T> ask(Supplier<CompletableFuture<T>> request, long lastPause) {
        return Futures.after(request.get(), (answer, failure) -> {
            if (failure == null) {
                return CompletableFuture.completedFuture(answer);
            }
            if (!Faults.isPassing(failure)) {
                return CompletableFuture.failedFuture(failure);
            }
            long pause = Pauses.next(lastPause);
            return Pauses.after(pause, () -> ask(request, pause));
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
