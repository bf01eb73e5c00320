package dev.pawl.lock.jdbc;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
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
 * A lock is held by a row lock, in an open transaction on a connection of its own. When the connection breaks the hold is gone at
 * once; its holder learns of it when it next asks, a third of the lease later at the most. When the holder falls silent, being
 * stopped or cut off, the database ends the session after the lease. Because of the time in between, nothing is handed on within
 * the process: see {@link RowGrant#tokens}.
 */
final class RowMode implements HoldMode {

    /** Attempts need connections too: more than those that hold. */
    static final int SPARE = 4;

    /** After the lease, so that its holder's own end of it comes first. */
    private static final Duration LATER = Duration.ofSeconds(1);

    private final Database database;
    private final DataSource source;
    private final Connector connector;
    private final Executor threads;
    private final int most;
    private final Semaphore slots;
    private final Guarantees guarantees;
    private final Set<RowHold> holds = ConcurrentHashMap.newKeySet();

    /** By lock, what is on its way back; the next attempt of this client lets it go first. */
    private final Map<String, CompletableFuture<Boolean>> ending = new ConcurrentHashMap<>();

    private volatile boolean closed;

    RowMode(
            Database database,
            DataSource source,
            Connector connector,
            Executor threads,
            int most,
            Guarantees guarantees) {
        this.database = database;
        this.source = source;
        this.connector = connector;
        this.threads = threads;
        this.most = most;
        this.slots = new Semaphore(most);
        this.guarantees = guarantees;
    }

    /** Opens a connection to look whether the database is there. */
    @FunctionalInterface
    interface Connector {
        Connection open() throws SQLException;
    }

    /** What tries for the row in a transaction that was just begun: null if another has it. */
    @FunctionalInterface
    interface Try {
        @Nullable
        Attempt with(RowHold candidate) throws SQLException;
    }

    @Override
    public Guarantees guarantees() {
        return guarantees;
    }

    @Override
    public Contender join(Contest contest, String key) {
        return new RowContender(this, contest, key);
    }

    CompletableFuture<Attempt> attempt(String lock, Executor blocking, Try attempt, Supplier<Attempt> busy) {
        return database.run(
                lock,
                blocking,
                () -> database.repeat(lock, end -> {
                    awaitOwnEnd(lock, end);
                    Attempt granted = once(lock, attempt, end);
                    return granted != null ? granted : busy.get();
                }));
    }

    /** An answer within the limit, whatever the driver does. */
    <T> CompletableFuture<T> inTime(String lock, CompletableFuture<T> exchange) {
        return database.inTime(lock, exchange);
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

    private @Nullable Attempt once(String lock, Try attempt, long end) throws SQLException {
        Borrowed borrowed = Borrowed.from(source, false);
        RowHold candidate;
        try {
            borrowed.answersWithin(Duration.ofNanos(end - System.nanoTime()));
            candidate = new RowHold(borrowed, database.dialect(), database.limit(), this::ended);
        } catch (SQLException | RuntimeException e) {
            borrowed.abort();
            throw e;
        }
        boolean kept = false;
        try {
            Attempt granted = attempt.with(candidate);
            kept = granted != null && keep(lock, candidate);
            return granted;
        } finally {
            if (!kept) {
                discard(candidate);
            }
        }
    }

    private boolean keep(String lock, RowHold candidate) {
        if (!slots.tryAcquire()) {
            throw database.faults()
                    .fault(
                            lock,
                            Duration.ZERO,
                            "has no connection left for this lock: " + most
                                    + " locks are held in row mode; raise pawl.jdbc.row-connections, or use lease mode",
                            null);
        }
        holds.add(candidate);
        if (closed) {
            // It came too late for close() to see it.
            throw database.faults().fault(lock, Duration.ZERO, "is not asked any more: this client was closed", null);
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
    @Nullable
    Reply lockRow(Connection connection, String key, Duration leaseTime) throws SQLException {
        Duration silence = leaseTime.plus(LATER);
        Reply reply = database.dialect().lockRow(connection, key, silence);
        if (reply != null || database.dialect().look(connection, List.of(key)).containsKey(key)) {
            return reply;
        }
        database.dialect().createRow(connection, key);
        connection.commit();
        return database.dialect().lockRow(connection, key, silence);
    }

    @Override
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        Map<Grant, CompletableFuture<RenewalOutcome>> answers = new HashMap<>();
        due.forEach(grant -> {
            CompletableFuture<RenewalOutcome> ping = Database.on(threads, () -> renew(ours(grant)));
            // One that is silent keeps the others' answers no longer than its limit.
            answers.put(
                    grant, inTime(ours(grant).contest().name(), ping).exceptionally(failure -> RenewalOutcome.UNKNOWN));
        });
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> {
                    Map<Grant, RenewalOutcome> outcomes = new HashMap<>();
                    answers.forEach((grant, answer) -> outcomes.put(grant, answer.join()));
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
            boolean answers = !Faults.isSilence(e) && answers();
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
        return inTime(held.contest().name(), end(held, RowHold::commit))
                .thenApply(ended -> ended ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD);
    }

    CompletionStage<Void> rollback(RowGrant untaken) {
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
                Database.on(threads, () -> database.repeat(lock, end -> how.of(grant.hold())));
        ending.put(lock, ended);
        return ended.whenComplete((done, failure) -> ending.remove(lock, ended));
    }

    private static RowGrant ours(Grant grant) {
        if (grant instanceof RowGrant ours) {
            return ours;
        }
        throw new IllegalArgumentException("grant " + grant + ": not from a JDBC backend in row mode");
    }

    /** What is held still goes with its connection. */
    @Override
    public void close() {
        closed = true;
        new ArrayList<>(holds).forEach(RowHold::abort);
    }
}
