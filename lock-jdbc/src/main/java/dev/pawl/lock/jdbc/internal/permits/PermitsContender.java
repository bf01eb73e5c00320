package dev.pawl.lock.jdbc.internal.permits;

import dev.pawl.lock.jdbc.internal.exchange.Database;
import dev.pawl.lock.jdbc.internal.exchange.Database.Unresolved;
import dev.pawl.lock.jdbc.internal.waiting.PolledContest;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.BackendFault;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One contest for permits, up to its grant or its undoing. Used by one thread at a time. */
final class PermitsContender implements Contender {

    private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

    /** A waiter that was not seen for several of its looks is dead. Until then it may keep others waiting for whom there is room. */
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(3);

    private static final int LOOKS_IN_A_WAIT = 5;

    /** For one that is told. Longer than that of a lock: those that are called together stand in line at the name's row. */
    private static final Duration TOLD = Duration.ofMillis(500);

    /** Beyond its retry ceiling, for one that has to look for its turn: it may have to wait for a connection then. */
    private static final Duration TO_COME = Duration.ofSeconds(1);

    /** How often in a row it may find the line at the name's row too long. */
    private static final int MOST_LINES = 3;

    private static final Duration SOON = Duration.ofMillis(50);

    private final Permits permits;
    private final Database database;
    private final Contest contest;
    private final String key;
    private final Request request;
    private final long waitMicros;
    private final PolledContest waiting;
    private final Queue<Unresolved> unresolved = new ConcurrentLinkedQueue<>();

    /** Whether the database may have anything of ours; not before an attempt has its connection. */
    private volatile boolean traces;

    private volatile CompletableFuture<?> inFlight = NOTHING;

    private final AtomicInteger linesInVain = new AtomicInteger();

    /**
     * @param key the row of the name
     * @param hears whether it is told when its turn has come
     */
    PermitsContender(Permits permits, Contest contest, String key, String client, boolean hears) {
        this.permits = permits;
        this.database = permits.database();
        this.contest = contest;
        this.key = key;
        Duration ceiling = contest.retryCeiling();
        this.request = new Request(
                contest.owner(),
                client,
                contest.permits(),
                contest.limit(),
                micros(contest.leaseTime()),
                micros(hears ? TOLD : ceiling.plus(TO_COME)));
        Duration looks = ceiling.multipliedBy(LOOKS_IN_A_WAIT);
        this.waitMicros = micros(looks.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : looks);
        this.waiting = new PolledContest(contest, contest.owner(), Permits.member(client, contest.owner()));
    }

    private static long micros(Duration time) {
        return time.toNanos() / 1_000;
    }

    @Override
    public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
        waiting.asks();
        CompletableFuture<Attempt> exchange = permits.afterThoseWhoLeave(
                key,
                () -> database.attempt(blocking, key, connection -> attempt(connection, willWait), unresolved::add));
        inFlight = exchange;
        return database.inTime(exchange).handle((answer, failure) -> orSoon(answer, failure, willWait));
    }

    /** One that waits anyway may stand in line at the name's row for longer than one exchange; but not for ever. */
    private Attempt orSoon(@Nullable Attempt answer, @Nullable Throwable failure, boolean willWait) {
        if (answer != null) {
            linesInVain.set(0);
            return answer;
        }
        if (willWait && isLongLine(failure) && linesInVain.incrementAndGet() <= MOST_LINES) {
            return Attempt.Busy.until(SOON);
        }
        throw failure instanceof CompletionException known ? known : new CompletionException(failure);
    }

    private boolean isLongLine(@Nullable Throwable failure) {
        Throwable known = failure instanceof CompletionException ? failure.getCause() : failure;
        return known instanceof BackendFault
                && known.getCause() instanceof SQLException lost
                && database.dialect().isLostRace(lost);
    }

    private Attempt attempt(Connection connection, boolean willWait) throws SQLException {
        permits.prepare(connection);
        traces = true;
        if (willWait) {
            permits.listen(waiting);
        }
        Attempt answer = permits.inTransaction(connection, key, all -> {
            long token = all.acquire(request, willWait ? waitMicros : 0);
            return token > 0
                    ? new Attempt.Granted(new PermitsGrant(contest, key, token))
                    : Attempt.Busy.until(
                            Duration.ofNanos(1_000 * all.microsUntilOneEnds(contest.owner(), request.turnMicros())));
        });
        if (answer instanceof Attempt.Granted) {
            permits.stopWaiting(waiting);
        } else if (willWait) {
            permits.watch(waiting);
        } else {
            permits.stopWaiting(waiting);
            traces = !unresolved.isEmpty();
        }
        return answer;
    }

    @Override
    public CompletionStage<Void> leave(Executor blocking) {
        permits.stopWaiting(waiting);
        if (!traces && inFlight.isDone()) {
            return NOTHING;
        }
        CompletableFuture<Boolean> leaving = inFlight.handle((answer, failure) -> {
                    // An attempt that was under way may have begun to wait.
                    permits.stopWaiting(waiting);
                    return traces;
                })
                .thenCompose(
                        any -> any ? database.undo(blocking, this::leave) : CompletableFuture.completedFuture(true));
        inFlight = leaving;
        permits.leaves(key, leaving);
        return database.inTime(leaving).thenAccept(left -> traces = false);
    }

    /** What was asked without an answer may still be carried out, after this: so its session goes first. */
    private boolean leave(Connection connection) throws SQLException {
        for (Unresolved open = unresolved.peek(); open != null; open = unresolved.peek()) {
            database.settle(connection, open);
            unresolved.remove(open);
        }
        return permits.inTransaction(connection, key, all -> all.leave(contest.owner()));
    }
}
