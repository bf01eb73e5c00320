package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.internal.Keys;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One contest at the quorum: a {@link QuorumAcquire} for each attempt. Used by one thread at a time; votes come on others. */
final class RedlockContender implements Contender {

    private final Quorum quorum;
    private final Contest contest;
    private final Keys keys;
    private final BackOff backOff;
    private int attempts;

    private final QueuedNodes queued;

    /** What is to be undone, if it is not known to be over; the last one as long as the contest may stand anywhere. */
    private volatile @Nullable QuorumAcquire last;

    RedlockContender(Quorum quorum, Contest contest, Keys keys) {
        this.quorum = quorum;
        this.contest = contest;
        this.keys = keys;
        backOff = quorum.newBackOff();
        queued = new QueuedNodes(quorum.size());
    }

    @Override
    public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
        if (willWait) {
            // Before anything is sent: the wake-up may come before the answer.
            quorum.wakeUps().expect(contest);
        }
        QuorumAcquire acquire = new QuorumAcquire(
                quorum, contest, QuorumAttempt.of(contest, keys, ++attempts), willWait, tokens, backOff, queued);
        last = acquire;
        return acquire.cast().thenApply(answer -> {
            if (answer instanceof Attempt.Granted) {
                quorum.wakeUps().forget(contest);
            } else if (queued.isEmpty()) {
                // It has taken back what it had by itself.
                last = null;
            }
            return answer;
        });
    }

    @Override
    public CompletionStage<Void> leave(Executor blocking) {
        quorum.wakeUps().forget(contest);
        QuorumAcquire acquire = last;
        if (acquire == null) {
            return CompletableFuture.completedFuture(null);
        }
        return acquire.end().thenAccept(outcome -> {});
    }
}
