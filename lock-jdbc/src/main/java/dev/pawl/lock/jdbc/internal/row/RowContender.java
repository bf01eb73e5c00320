package dev.pawl.lock.jdbc.internal.row;

import dev.pawl.lock.jdbc.internal.dialect.Reply;
import dev.pawl.lock.jdbc.internal.exchange.PollInterval;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One contest for a row lock. A busy attempt leaves nothing behind; a grant that nobody took goes back with its connection, and
 * so does one whose answer was lost. Used by one thread at a time.
 */
final class RowContender implements Contender {

    private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

    /** The look has to come before that of the engine, which is at the ceiling. */
    private static final long UNDER_THE_CEILING = Duration.ofMillis(1).toNanos();

    private final RowTransactions transactions;
    private final Contest contest;
    private final String key;
    private final long since = System.nanoTime();
    private volatile CompletableFuture<?> inFlight = NOTHING;
    private volatile @Nullable RowGrant grant;

    RowContender(RowTransactions transactions, Contest contest, String key) {
        this.transactions = transactions;
        this.contest = contest;
        this.key = key;
    }

    @Override
    public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
        RowGrant before = grant;
        if (before != null && !before.hold().isOver()) {
            return CompletableFuture.completedFuture(new Attempt.Granted(before));
        }
        CompletableFuture<Attempt> exchange = transactions.attempt(contest.name(), blocking, this::lock, this::busy);
        inFlight = exchange;
        return transactions.inTime(exchange);
    }

    private @Nullable Attempt lock(RowHold candidate) throws SQLException {
        Reply reply = transactions.lockRow(candidate.connection(), key, contest.leaseTime());
        if (reply == null || !reply.granted()) {
            return null;
        }
        candidate.locked();
        RowGrant won = new RowGrant(contest, candidate, reply);
        grant = won;
        return new Attempt.Granted(won);
    }

    private Attempt busy() {
        return Attempt.Busy.until(untilNextLook());
    }

    private Duration untilNextLook() {
        long ceiling = Math.max(UNDER_THE_CEILING, contest.retryCeiling().toNanos() - UNDER_THE_CEILING);
        return Duration.ofNanos(Math.min(ceiling, PollInterval.after(System.nanoTime() - since, ceiling)));
    }

    @Override
    public CompletionStage<Void> leave(Executor blocking) {
        CompletableFuture<Void> leaving = inFlight.handle((answer, failure) -> null)
                .thenCompose(over -> {
                    RowGrant untaken = grant;
                    return untaken == null ? NOTHING : transactions.rollback(untaken);
                });
        return transactions.inTime(leaving);
    }
}
