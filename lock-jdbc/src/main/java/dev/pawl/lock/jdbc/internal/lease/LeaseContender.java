package dev.pawl.lock.jdbc.internal.lease;

import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Reply;
import dev.pawl.lock.jdbc.internal.dialect.ShortPath.Wanted;
import dev.pawl.lock.jdbc.internal.dialect.WaitQueue;
import dev.pawl.lock.jdbc.internal.exchange.Database;
import dev.pawl.lock.jdbc.internal.exchange.Database.Shared;
import dev.pawl.lock.jdbc.internal.exchange.Database.Unresolved;
import dev.pawl.lock.jdbc.internal.exchange.Database.Work;
import dev.pawl.lock.jdbc.internal.lease.Together.Attempted;
import dev.pawl.lock.jdbc.internal.waiting.PolledContest;
import dev.pawl.lock.jdbc.internal.waiting.Poller;
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
import java.util.Optional;
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
    private final Optional<WaitQueue> queue;
    /** Null where there is no short path. */
    private final @Nullable Together together;

    private final Poller poller;
    private final Contest contest;
    private final String key;
    private final String member;

    /** What its client calls itself, as it can be stored. */
    private final String holder;

    /** Whether it may stand in the queue: one that cannot hear of its turn would keep the others from theirs. */
    private final boolean queues;

    private final PolledContest waiting;
    private final Queue<Unresolved> unresolved = new ConcurrentLinkedQueue<>();

    /**
     * Whether the database may have anything of ours: a hold, a reservation or a place in the queue. Not before an attempt has its
     * connection: what was asked of a database that cannot be reached needs no undoing.
     */
    private volatile boolean traces;

    private volatile boolean queued;
    private volatile CompletableFuture<?> inFlight = NOTHING;

    LeaseContender(
            Database database,
            Poller poller,
            @Nullable Together together,
            Contest contest,
            String key,
            String holder,
            String node,
            boolean queues) {
        this.database = database;
        this.queue = database.dialect().queue();
        this.together = together;
        this.poller = poller;
        this.contest = contest;
        this.key = key;
        this.member = node + ":" + contest.owner();
        this.holder = holder;
        this.queues = queues;
        this.waiting = new PolledContest(contest, key, member);
    }

    String key() {
        return key;
    }

    @Override
    public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
        if (willWait && waiting.isQuiet()) {
            return CompletableFuture.completedFuture(Attempt.Busy.until(contest.retryCeiling()));
        }
        waiting.asks();
        Together others = together;
        OwnUses.Use last = others == null ? null : others.uses().take(key);
        Work<Attempt> alone = connection -> attempt(connection, willWait, tokens, last);
        CompletableFuture<Attempt> exchange = others != null && last != null && last.again()
                ? database.attempt(blocking, key, withOthers(others, tokens, last), alone, unresolved::add)
                : database.attempt(blocking, key, alone, unresolved::add);
        inFlight = exchange;
        return database.inTime(exchange);
    }

    private Shared<Attempt> withOthers(Together others, int tokens, OwnUses.Use last) {
        Wanted wanted = new Wanted(key, contest.owner(), holder, leaseMicros());
        return (end, connected) -> {
            Runnable begins = () -> {
                traces = true;
                connected.run();
            };
            Optional<Reply> reply = others.acquire(new Attempted(wanted, begins, unresolved::add), end);
            return reply.map(granted -> granted(granted, tokens, last));
        };
    }

    private Attempt attempt(Connection connection, boolean willWait, int tokens, OwnUses.@Nullable Use last)
            throws SQLException {
        traces = true;
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            Reply reply = database.dialect().acquire(connection, key, contest.owner(), holder, member, leaseMicros());
            if (reply != null && reply.granted()) {
                return granted(reply, tokens, last);
            }
            Attempt busy = reply == null ? null : busy(connection, reply, willWait);
            if (busy != null) {
                return busy;
            }
        }
        throw new SQLException("others came in between at each of " + MOST_TRIES + " attempts", "40001");
    }

    private Attempt granted(Reply reply, int tokens, OwnUses.@Nullable Use last) {
        poller.remove(waiting);
        return new Attempt.Granted(LeaseGrant.of(contest, key, reply, tokens, last));
    }

    /** Tries for several locks in one exchange, sorted by key: all or none. Empty if one of them is not free. */
    static CompletableFuture<List<Grant>> attemptAll(
            Database database, List<LeaseContender> sorted, Executor blocking) {
        CompletableFuture<List<Grant>> exchange = database.attempt(
                blocking,
                sorted.get(0).key,
                connection -> attemptAll(database.dialect(), connection, sorted),
                open -> sorted.forEach(contender -> contender.unresolved.add(open)));
        sorted.forEach(contender -> contender.inFlight = exchange);
        return database.inTime(exchange);
    }

    private static List<Grant> attemptAll(Dialect dialect, Connection connection, List<LeaseContender> sorted)
            throws SQLException {
        sorted.forEach(contender -> contender.traces = true);
        SortedMap<String, String> owners = new TreeMap<>();
        sorted.forEach(contender -> owners.put(contender.key, contender.contest.owner()));
        Map<String, Reply> granted = dialect.acquireAll(
                connection, owners, sorted.get(0).holder, sorted.get(0).leaseMicros());
        List<Grant> grants = new ArrayList<>();
        for (LeaseContender contender : sorted) {
            Reply reply = granted.get(contender.key);
            if (reply != null) {
                grants.add(LeaseGrant.of(contender.contest, contender.key, reply, 1, null));
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
            // Its holder or whoever it was reserved for has gone without a word.
            if (!reply.queued() || queue.isEmpty() || !queue.get().passOn(connection, key, member)) {
                return null;
            }
            left = Dialect.RESERVATION;
        }
        if (willWait) {
            return waits(connection, left, reply.inQueue()) ? Attempt.Busy.until(left) : null;
        }
        stopWaiting(connection);
        return Attempt.Busy.until(left);
    }

    /**
     * Watches before it queues: its turn may come at once. Who did not come when it did is not in the queue any more, and goes to
     * the end of it. False if the lock is free after all.
     */
    private boolean waits(Connection connection, Duration left, boolean inQueue) throws SQLException {
        waiting.toldBusy(left.toNanos());
        poller.add(waiting);
        if (inQueue || !queues || queue.isEmpty()) {
            return true;
        }
        queued = true;
        return queue.get().enqueue(connection, key, member);
    }

    private void stopWaiting(Connection connection) throws SQLException {
        poller.remove(waiting);
        if (queued) {
            database.dialect().leave(connection, key, contest.owner(), member);
            queued = false;
        }
        traces = !unresolved.isEmpty();
    }

    @Override
    public CompletionStage<Void> leave(Executor blocking) {
        poller.remove(waiting);
        if (!traces && inFlight.isDone()) {
            return NOTHING;
        }
        CompletableFuture<Boolean> leaving = inFlight.handle((answer, failure) -> {
                    // An attempt that was under way may have begun to watch.
                    poller.remove(waiting);
                    return traces;
                })
                .thenCompose(
                        any -> any ? database.undo(blocking, this::leave) : CompletableFuture.completedFuture(true));
        inFlight = leaving;
        return database.inTime(leaving).thenAccept(left -> traces = false);
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
