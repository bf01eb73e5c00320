package dev.pawl.lock.redis;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** One contest at Redis, up to its grant or its undoing. Used by one thread at a time; replies come on lettuce's. */
final class RedisContender implements Contender {

    private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

    private final RedisNode node;
    private final Entry entry;

    /** Whether Redis may have anything of ours: a hold, a reservation or a place in the queue. */
    private volatile boolean traces;

    private volatile boolean left;
    private volatile CompletableFuture<?> inFlight = NOTHING;
    private volatile CompletableFuture<?> undoneAgain = NOTHING;

    RedisContender(RedisNode node, Entry entry) {
        this.node = node;
        this.entry = entry;
    }

    @Override
    public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
        boolean mayBeQueued = willWait || traces;
        traces = true;
        long startNanos = System.nanoTime();
        CompletableFuture<Attempt> answer =
                node.acquire(entry, willWait, tokens, (reply, sentAgain) -> read(reply, mayBeQueued));
        inFlight = answer;
        return node.wantsReplicas() ? answer.thenCompose(attempt -> confirm(attempt, startNanos)) : answer;
    }

    private Attempt read(long[] reply, boolean mayBeQueued) {
        if (left) {
            // Sent again after a broken connection, a redirect or an unknown script, it came behind its own undoing.
            undoneAgain = node.release(entry, true);
        }
        if (reply[0] > 0) {
            node.stopWaiting(entry);
            return new Attempt.Granted(new RedisGrant(entry, reply[0], Math.toIntExact(reply[1])));
        }
        traces = mayBeQueued;
        return RedisNode.busy(entry.contest().name(), reply);
    }

    private CompletionStage<Attempt> confirm(Attempt attempt, long startNanos) {
        if (!(attempt instanceof Attempt.Granted)) {
            return CompletableFuture.completedFuture(attempt);
        }
        return node.confirm(entry, startNanos).thenApply(nothing -> attempt);
    }

    @Override
    public CompletionStage<Void> leave(Executor blocking) {
        left = true;
        node.stopWaiting(entry);
        if (!traces) {
            return NOTHING;
        }
        CompletableFuture<?> attempt = inFlight.handle((answer, failure) -> null);
        return node.release(entry, true)
                .thenCompose(outcome -> attempt)
                .thenCompose(nothing -> undoneAgain)
                .thenAccept(nothing -> traces = false);
    }
}
