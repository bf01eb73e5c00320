package dev.pawl.lock.jdbc.internal.row;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.fencing.internal.SqlErrors;
import dev.pawl.lock.jdbc.internal.dialect.Connector;
import dev.pawl.lock.jdbc.internal.exchange.Database;
import dev.pawl.lock.jdbc.internal.exchange.Opened;
import dev.pawl.lock.jdbc.internal.exchange.Purge;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A lock is held by a row lock, in an open transaction on a connection of its own. When the connection breaks the hold is gone at
 * once; its holder learns of it when it next asks, a third of the lease later at the most. When the holder falls silent, being
 * stopped or cut off, the database ends the session after the lease. Because of the time in between, nothing is handed on within
 * the process: see {@link RowGrant#tokens}.
 */
public final class RowBackend implements LockBackend {

    /** Attempts need connections too: more than those that hold. */
    public static final int SPARE = 4;

    private final String namespace;
    private final Database database;
    private final RowTransactions transactions;
    private final Connector connector;
    private final Executor threads;
    private final Purge purge;
    private final Guarantees guarantees;
    private final Opened opened;

    /**
     * @param connector opens a connection that is not of any transaction's
     * @param threads where holds are renewed, each on one of its own
     */
    public RowBackend(
            String namespace,
            Database database,
            RowTransactions transactions,
            Connector connector,
            Executor threads,
            Purge purge,
            Guarantees guarantees,
            Opened opened) {
        this.namespace = namespace;
        this.database = database;
        this.transactions = transactions;
        this.connector = connector;
        this.threads = threads;
        this.purge = purge;
        this.guarantees = guarantees;
        this.opened = opened;
    }

    @Override
    public Guarantees guarantees() {
        return guarantees;
    }

    @Override
    public Contender join(Contest contest) {
        return new RowContender(transactions, contest, database.dialect().key(namespace, contest.name()));
    }

    @Override
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        Map<Grant, CompletableFuture<RenewalOutcome>> answers = new HashMap<>();
        due.forEach(grant -> {
            CompletableFuture<RenewalOutcome> answer = Database.on(threads, ping -> renew(ours(grant)));
            // One that is silent keeps the others' answers no longer than its limit.
            answers.put(grant, database.inTime(answer).exceptionally(failure -> RenewalOutcome.UNKNOWN));
        });
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> {
                    Map<Grant, RenewalOutcome> outcomes = new HashMap<>();
                    answers.forEach((grant, answer) -> outcomes.put(grant, answer.join()));
                    purge.nowAndThen();
                    return outcomes;
                });
    }

    private RenewalOutcome renew(RowGrant grant) {
        RowHold hold = grant.hold();
        try {
            hold.ping();
            return RenewalOutcome.RENEWED;
        } catch (SQLException e) {
            hold.abort();
            boolean answers = !SqlErrors.isSilence(e) && answers();
            grant.contest().lost(answers ? LossReason.SESSION_LOST : LossReason.UNREACHABLE);
            return RenewalOutcome.NOT_HELD;
        }
    }

    /** Whether the database itself is there: asked over a new connection where that can be had, since a pooled one may be dead. */
    private boolean answers() {
        try (Connection fresh = connector.open()) {
            return fresh.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
        RowGrant held = ours(grant);
        boolean again = held.releases();
        return database.inTime(transactions.commit(held)).thenApply(ended -> {
            purge.nowAndThen();
            return ended || again ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD;
        });
    }

    @Override
    public CompletionStage<?> ping(Executor blocking) {
        return database.ping(blocking);
    }

    private static RowGrant ours(Grant grant) {
        if (grant instanceof RowGrant ours) {
            return ours;
        }
        throw new IllegalArgumentException("grant " + grant + ": not from a JDBC backend in row mode");
    }

    @Override
    public void close() {
        opened.close();
    }
}
