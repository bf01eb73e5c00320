package dev.pawl.lock.zookeeper;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One contest at ZooKeeper, up to its grant or its undoing. Used by one thread at a time; answers come on the event thread of
 * the session.
 *
 * <p>Each attempt uses one session from its first request to its last. A node that another session made never wins: that session
 * is over, and its node gone or about to go.
 */
final class ZooKeeperContender implements Contender {

    private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

    private final Service service;
    private final Recipe<?> recipe;

    private volatile boolean asked;
    private volatile boolean left;
    private volatile CompletableFuture<?> inFlight = NOTHING;
    private volatile @Nullable CompletableFuture<Void> leaving;

    ZooKeeperContender(Service service, Contest contest) {
        this.service = service;
        recipe = Recipe.of(service, contest);
    }

    @Override
    public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
        asked = true;
        Ask ask = new Ask(willWait, tokens, System.nanoTime());
        CompletableFuture<Attempt> answer = untilAnswered(ask, 0);
        inFlight = answer;
        return service.answered(answer);
    }

    /** What the client heals within the time limit, by a reconnect or by a new session, nobody sees. */
    private CompletableFuture<Attempt> untilAnswered(Ask ask, long lastPause) {
        CompletableFuture<Attempt> answer = service.sessions().inPresent(session -> recipe.attempt(session, ask));
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            return answer;
        }
        return Futures.after(answer, (attempt, failure) -> {
            if (failure == null) {
                return CompletableFuture.completedFuture(attempt);
            }
            long pause = Pauses.next(lastPause);
            Duration elapsed = Duration.ofNanos(System.nanoTime() - ask.since());
            boolean inTime = elapsed.plusMillis(pause).compareTo(service.ioTimeout()) < 0;
            return Faults.isPassing(failure) && inTime && !left
                    ? Pauses.after(pause, () -> unlessLeft(ask, pause, failure))
                    : CompletableFuture.failedFuture(failure);
        });
    }

    private CompletableFuture<Attempt> unlessLeft(Ask ask, long pause, Throwable failure) {
        return left ? CompletableFuture.failedFuture(failure) : untilAnswered(ask, pause);
    }

    @Override
    public CompletionStage<Void> leave(Executor blocking) {
        left = true;
        if (!asked) {
            return NOTHING;
        }
        // It goes on when its caller no longer waits, and who asks again joins in.
        CompletableFuture<Void> undone = leaving;
        if (undone == null || undone.isCompletedExceptionally()) {
            // A create that is under way must have its answer first: without that, nobody knows what there is to
            // delete.
            undone = inFlight.handle((attempt, failure) -> null)
                    .thenCompose(over -> recipe.withdraw())
                    .thenAccept(done -> asked = false);
            leaving = undone;
        }
        return service.answered(undone);
    }

    /**
     * One attempt.
     *
     * @param willWait whether it may queue
     * @param tokens how many tokens are wanted
     * @param since when it began
     */
    record Ask(boolean willWait, int tokens, long since) {}
}
