package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.internal.Keys;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One contest at the quorum: a ballot for each attempt. Used by one thread at a time; votes come on others. */
final class RedlockContender implements Contender {

    private final Quorum quorum;
    private final Contest contest;
    private final Keys keys;
    private final BackOff backOff;
    private int attempts;

    private final Trail trail;

    /** The ballot to be undone, if it is not known to be over; the last one as long as the contest may stand anywhere. */
    private volatile @Nullable Ballot last;

    RedlockContender(Quorum quorum, Contest contest, Keys keys) {
        this.quorum = quorum;
        this.contest = contest;
        this.keys = keys;
        backOff = quorum.newBackOff();
        trail = new Trail(quorum.size());
    }

    @Override
    public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
        if (willWait) {
            // Before anything is sent: the hint may come before the answer.
            quorum.hints().expect(contest);
        }
        Ballot ballot = new Ballot(quorum, Bid.of(contest, keys, ++attempts), willWait, tokens, backOff, trail);
        last = ballot;
        return ballot.cast().thenApply(answer -> {
            if (answer instanceof Attempt.Granted) {
                quorum.hints().forget(contest);
            } else if (trail.isEmpty()) {
                // It has taken back what it had by itself.
                last = null;
            }
            return answer;
        });
    }

    @Override
    public CompletionStage<Void> leave(Executor blocking) {
        quorum.hints().forget(contest);
        Ballot ballot = last;
        if (ballot == null) {
            return CompletableFuture.completedFuture(null);
        }
        return ballot.end().thenAccept(outcome -> {});
    }
}
