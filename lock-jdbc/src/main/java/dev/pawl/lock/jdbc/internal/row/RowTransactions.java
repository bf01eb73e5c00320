package dev.pawl.lock.jdbc.internal.row;

import dev.pawl.lock.fencing.internal.SqlErrors;
import dev.pawl.lock.jdbc.internal.dialect.Reply;
import dev.pawl.lock.jdbc.internal.dialect.RowLocks;
import dev.pawl.lock.jdbc.internal.exchange.Database;
import dev.pawl.lock.jdbc.internal.exchange.Database.Exchange;
import dev.pawl.lock.jdbc.internal.pool.BorrowedConnection;
import dev.pawl.lock.spi.Attempt;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a client whose row locks hold locks: they are begun, kept open, and ended here. Safe for use by several threads.
 */
public final class RowTransactions {

    /** After the lease, so that its holder's own end of it comes first. */
    private static final Duration LATER = Duration.ofSeconds(1);

    private final Database database;
    private final RowLocks rowLocks;
    private final DataSource source;
    private final Executor threads;
    private final int most;
    private final Semaphore slots;
    private final Set<RowHold> holds = ConcurrentHashMap.newKeySet();

    /** By lock, what is on its way back; the next attempt of this client lets it go first. */
    private final Map<String, CompletableFuture<Boolean>> ending = new ConcurrentHashMap<>();

    private volatile boolean closed;

    /**
     * @param source of their connections
     * @param threads where they are ended
     * @param most how many may hold a lock at once
     */
    public RowTransactions(Database database, RowLocks rowLocks, DataSource source, Executor threads, int most) {
        this.database = database;
        this.rowLocks = rowLocks;
        this.source = source;
        this.threads = threads;
        this.most = most;
        this.slots = new Semaphore(most);
    }

    /** What tries for the row in a transaction that was just begun: null if another has it. */
    @FunctionalInterface
    public interface Try {
        @Nullable
        Attempt with(RowHold candidate) throws SQLException;
    }

    public CompletableFuture<Attempt> attempt(String lock, Executor blocking, Try attempt, Supplier<Attempt> busy) {
        return database.attempt(
                blocking,
                exchange -> database.repeat((end, lost) -> {
                    awaitOwnEnd(lock, end);
                    Attempt granted = once(attempt, end, exchange);
                    return granted != null ? granted : busy.get();
                }));
    }

    /** An answer within the limit, whatever the driver does. */
    public <T> CompletableFuture<T> inTime(CompletableFuture<T> exchange) {
        return database.inTime(exchange);
    }

    /**
     * Requests for one name reach the database in the engine's order: our own row lock that is just being given up would look like
     * another's, and cost a rest. Half of the time is kept, since a connection that is silent need not be the database.
     */
    private void awaitOwnEnd(String lock, long end) {
        CompletableFuture<Boolean> own = ending.get(lock);
        if (own != null) {
            long most = Math.max(0, end - System.nanoTime()) / 2;
            own.handle((ended, failure) -> ended)
                    .completeOnTimeout(null, most, TimeUnit.NANOSECONDS)
                    .join();
        }
    }

    private @Nullable Attempt once(Try attempt, long end, Exchange<Attempt> exchange) throws SQLException {
        BorrowedConnection borrowed = BorrowedConnection.from(source, false);
        RowHold candidate;
        try {
            database.begin(borrowed, end);
            exchange.connected();
            candidate = new RowHold(borrowed, rowLocks, database.limit(), this::ended);
        } catch (SQLException | RuntimeException e) {
            borrowed.close();
            throw e;
        }
        boolean kept = false;
        try {
            Attempt granted = attempt.with(candidate);
            kept = granted != null && keep(candidate);
            return granted;
        } catch (SQLException e) {
            if (SqlErrors.spoilsConnection(e)) {
                candidate.abort();
            }
            throw e;
        } finally {
            if (!kept) {
                discard(candidate);
            }
        }
    }

    private boolean keep(RowHold candidate) {
        if (!slots.tryAcquire()) {
            throw database.faults()
                    .fault(
                            "has no connection left for this lock: " + most
                                    + " locks are held in row mode; raise pawl.jdbc.row-connections, or use lease mode",
                            null);
        }
        holds.add(candidate);
        if (closed) {
            // It came too late for close() to see it.
            throw database.faults().fault("is not asked any more: this client was closed", null);
        }
        return true;
    }

    private void ended(RowHold hold) {
        if (holds.remove(hold)) {
            slots.release();
        }
    }

    private static void discard(RowHold candidate) {
        try {
            candidate.rollback();
        } catch (SQLException e) {
            // The connection is broken, and with it the server ends the transaction.
        }
    }

    /** Null if another has it. The row of a name that is new is made in a transaction of its own, so that nobody waits for it. */
    public @Nullable Reply lockRow(Connection connection, String key, Duration leaseTime) throws SQLException {
        Duration silence = leaseTime.plus(LATER);
        Reply reply = rowLocks.lockRow(connection, key, silence);
        if (reply != null || database.dialect().look(connection, List.of(key)).containsKey(key)) {
            return reply;
        }
        database.dialect().createRow(connection, key);
        connection.commit();
        return rowLocks.lockRow(connection, key, silence);
    }

    /** Ends a hold; false if it had ended before. */
    public CompletableFuture<Boolean> commit(RowGrant held) {
        return end(held, RowHold::commit);
    }

    public CompletionStage<Void> rollback(RowGrant untaken) {
        return end(untaken, RowHold::rollback).thenAccept(ended -> {});
    }

    @FunctionalInterface
    private interface End {
        boolean of(RowHold hold) throws SQLException;
    }

    /**
     * Each on a thread of its own, as it is on a connection of its own: those that a silent database keeps waiting do not wait
     * for each other, too.
     */
    private CompletableFuture<Boolean> end(RowGrant grant, End how) {
        if (grant.hold().isOver()) {
            return CompletableFuture.completedFuture(false);
        }
        String lock = grant.contest().name();
        CompletableFuture<Boolean> ended =
                Database.on(threads, exchange -> database.repeat((end, lost) -> how.of(grant.hold())));
        ending.put(lock, ended);
        return ended.whenComplete((done, failure) -> ending.remove(lock, ended));
    }

    /** What is held still goes with its connection. */
    public void close() {
        closed = true;
        database.close();
        new ArrayList<>(holds).forEach(RowHold::abort);
    }
}
