package dev.pawl.lock.jdbc;

import dev.pawl.lock.jdbc.Database.Unresolved;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One contest for a row, up to its grant or its undoing. Used by one thread at a time. */
final class LeaseContender implements Contender {

    private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

    /** How often others may come in between before that is a fault. */
    private static final int MOST_TRIES = 50;

    private final Database database;
    private final Watch watch;
    private final Contest contest;
    private final String key;
    private final String member;

    /** Whether it may stand in the queue: one that cannot hear of its turn would keep the others from theirs. */
    private final boolean queues;

    private final Waiting waiting;
    private final Queue<Unresolved> unresolved = new ConcurrentLinkedQueue<>();

    /**
     * Whether the database may have anything of ours: a hold, a reservation or a place in the queue. Not before an attempt has its
     * connection: what was asked of a database that cannot be reached needs no undoing.
     */
    private volatile boolean traces;

    private volatile boolean queued;
    private volatile CompletableFuture<?> inFlight = NOTHING;

    LeaseContender(Database database, Watch watch, Contest contest, String key, String node, boolean queues) {
        this.database = database;
        this.watch = watch;
        this.contest = contest;
        this.key = key;
        this.member = node + ":" + contest.owner();
        this.queues = queues;
        this.waiting = new Waiting(contest, key, member);
    }

    String key() {
        return key;
    }

    @Override
    public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
        if (willWait && waiting.isQuiet()) {
            return CompletableFuture.completedFuture(new Attempt.Busy(contest.retryCeiling()));
        }
        waiting.asks();
        CompletableFuture<Attempt> exchange = database.exchange(
                contest.name(), blocking, connection -> attempt(connection, willWait, tokens), unresolved::add);
        inFlight = exchange;
        return database.inTime(contest.name(), exchange);
    }

    private Attempt attempt(Connection connection, boolean willWait, int tokens) throws SQLException {
        traces = true;
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            Reply reply = database.dialect().acquire(connection, key, contest.owner(), member, leaseMicros());
            if (reply != null && reply.granted()) {
                watch.remove(waiting);
                return new Attempt.Granted(LeaseGrant.of(contest, key, reply, tokens));
            }
            Attempt busy = reply == null ? null : busy(connection, reply, willWait);
            if (busy != null) {
                return busy;
            }
        }
        throw new SQLException("others came in between at each of " + MOST_TRIES + " attempts", "40001");
    }

    /** Tries for several locks in one exchange, sorted by key: all or none. Empty if one of them is not free. */
    static CompletableFuture<List<Grant>> attemptAll(
            Database database, List<LeaseContender> sorted, Executor blocking) {
        String lock = sorted.get(0).contest.name();
        CompletableFuture<List<Grant>> exchange = database.exchange(
                lock,
                blocking,
                connection -> attemptAll(database.dialect(), connection, sorted),
                open -> sorted.forEach(contender -> contender.unresolved.add(open)));
        sorted.forEach(contender -> contender.inFlight = exchange);
        return database.inTime(lock, exchange);
    }

    private static List<Grant> attemptAll(Dialect dialect, Connection connection, List<LeaseContender> sorted)
            throws SQLException {
        sorted.forEach(contender -> contender.traces = true);
        SortedMap<String, String> owners = new TreeMap<>();
        sorted.forEach(contender -> owners.put(contender.key, contender.contest.owner()));
        Map<String, Reply> granted =
                dialect.acquireAll(connection, owners, sorted.get(0).leaseMicros());
        List<Grant> grants = new ArrayList<>();
        for (LeaseContender contender : sorted) {
            Reply reply = granted.get(contender.key);
            if (reply != null) {
                grants.add(LeaseGrant.of(contender.contest, contender.key, reply, 1));
            }
        }
        if (grants.size() == sorted.size()) {
            return grants;
        }
        for (LeaseContender contender : sorted) {
            if (granted.containsKey(contender.key)) {
                dialect.release(connection, contender.key, contender.contest.owner());
            }
            contender.traces = !contender.unresolved.isEmpty();
        }
        return List.of();
    }

    private long leaseMicros() {
        return contest.leaseTime().toNanos() / 1_000;
    }

    /** Null if the lock has become free in between. */
    private @Nullable Attempt busy(Connection connection, Reply reply, boolean willWait) throws SQLException {
        Duration left = reply.left();
        if (reply.isFree()) {
            if (!(reply.queued() && database.dialect() instanceof PostgresDialect postgres)) {
                return null;
            }
            // Its holder or whoever it was reserved for has gone without a word: the head of the queue is next.
            postgres.passOn(connection, key);
            left = Dialect.RESERVATION;
        }
        if (willWait) {
            return waits(connection, left, reply.inQueue()) ? new Attempt.Busy(left) : null;
        }
        stopWaiting(connection);
        return new Attempt.Busy(left);
    }

    /**
     * Watches before it queues: its turn may come at once. Who did not come when it did is not in the queue any more, and goes to
     * the end of it. False if the lock is free after all.
     */
    private boolean waits(Connection connection, Duration left, boolean inQueue) throws SQLException {
        waiting.toldBusy(left.toNanos());
        watch.add(waiting);
        if (inQueue || !queues || !(database.dialect() instanceof PostgresDialect postgres)) {
            return true;
        }
        queued = true;
        return postgres.enqueue(connection, key, member);
    }

    private void stopWaiting(Connection connection) throws SQLException {
        watch.remove(waiting);
        if (queued) {
            database.dialect().leave(connection, key, contest.owner(), member);
            queued = false;
        }
        traces = !unresolved.isEmpty();
    }

    @Override
    public CompletionStage<Void> leave(Executor blocking) {
        watch.remove(waiting);
        if (!traces && inFlight.isDone()) {
            return NOTHING;
        }
        CompletableFuture<Boolean> leaving = inFlight.handle((answer, failure) -> {
                    // An attempt that was under way may have begun to watch.
                    watch.remove(waiting);
                    return traces;
                })
                .thenCompose(any -> any
                        ? database.exchange(contest.name(), blocking, this::leave, null)
                        : CompletableFuture.completedFuture(true));
        inFlight = leaving;
        return database.inTime(contest.name(), leaving).thenAccept(left -> traces = false);
    }

    /** What was asked without an answer may still be carried out, after this: so its session goes first. */
    private boolean leave(Connection connection) throws SQLException {
        for (Unresolved open = unresolved.peek(); open != null; open = unresolved.peek()) {
            database.settle(connection, open);
            unresolved.remove(open);
        }
        database.dialect().leave(connection, key, contest.owner(), member);
        return true;
    }
}
