package dev.pawl.lock.jdbc.internal.exchange;

import dev.pawl.lock.fencing.internal.SqlErrors;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.pool.BorrowedConnection;
import dev.pawl.lock.spi.BackendFault;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges with the database: each takes a connection in autocommit mode for as long as it lasts, is repeated when it lost a
 * race, and ends within the I/O time limit. Safe for use by several threads.
 */
public final class Database {

    /** One exchange. It may be repeated. */
    @FunctionalInterface
    public interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * An exchange of which nobody knows what came of it: its session may still carry it out.
     *
     * @param session the session's number
     * @param sentAt before it was sent, on the monotonic clock
     */
    public record Unresolved(long session, long sentAt) {}

    /** A race is over when the statement of the other is: in milliseconds. */
    private static final Duration LONGEST_BACKOFF = Duration.ofMillis(20);

    /** With the pauses 400 ms, which is less than the shortest I/O time limit. */
    private static final int SETTLE_ROUNDS = 40;

    private static final Duration SETTLE_PAUSE = Duration.ofMillis(10);

    private final DataSource source;
    private final Dialect dialect;
    private final Faults faults;
    private final long limitNanos;
    private final Threads threads;
    private final boolean runsOnCallers;
    private final Shares shares;
    private volatile boolean closed;
    private final Map<Connection, Long> sessions = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * @param runsOnCallers whether the thread that waits for an exchange may run it
     * @param shares how many connections attempts may have at once
     */
    public Database(
            DataSource source,
            Dialect dialect,
            Faults faults,
            Duration limit,
            Threads threads,
            boolean runsOnCallers,
            Shares shares) {
        this.source = source;
        this.dialect = dialect;
        this.faults = faults;
        this.limitNanos = limit.toNanos();
        this.threads = threads;
        this.runsOnCallers = runsOnCallers;
        this.shares = shares;
    }

    public Dialect dialect() {
        return dialect;
    }

    public Faults faults() {
        return faults;
    }

    /** How many connections attempts may have at once: all but one of a pool's. */
    public int attemptsAtOnce() {
        return shares.attempts();
    }

    public Duration limit() {
        return Duration.ofNanos(limitNanos);
    }

    /** Runs an exchange for its answer within the limit. */
    public <T> CompletableFuture<T> submit(Executor blocking, Work<T> work) {
        return inTime(exchange(blocking, work));
    }

    /** Whether the database would write: gives back what nobody has in a row that is never there. */
    public CompletableFuture<Boolean> ping(Executor blocking) {
        return submit(blocking, connection -> dialect.release(connection, "", ""));
    }

    /** The same for an exchange that must not wait in line behind a thousand others. */
    public <T> CompletableFuture<T> submitAhead(Work<T> work) {
        return inTime(on(threads.ahead(), exchange -> call(work, exchange)));
    }

    /** Work on a connection without an answer. */
    @FunctionalInterface
    public interface Errand {
        void on(Connection connection) throws SQLException;
    }

    /** Runs an exchange that nobody waits for, and whose failure nobody need know. */
    void aside(Errand errand) {
        on(
                threads.others(),
                exchange -> call(connection -> {
                    errand.on(connection);
                    return true;
                }));
    }

    /**
     * Runs an exchange.
     *
     * @return completes when the exchange is over, which may be past the limit: see {@link #inTime}
     */
    private <T> CompletableFuture<T> exchange(Executor blocking, Work<T> work) {
        return run(blocking, threads.others(), exchange -> call(work, exchange));
    }

    /**
     * The same for one that tries for locks; {@code unresolved} is told of one whose outcome is unknown before the answer fails.
     *
     * @param row the row that others may keep locked
     */
    public <T> CompletableFuture<T> attempt(
            Executor blocking, String row, Work<T> work, Consumer<Unresolved> unresolved) {
        return goes(blocking, row, exchange -> (end, lost) -> atRow(row, work, end, lost, exchange, unresolved));
    }

    /** A way to the answer that needs no connection of its own. */
    @FunctionalInterface
    public interface Shared<T> {

        /**
         * Waits for an exchange that is made for several.
         *
         * @param end when it has to be over, on the monotonic clock
         * @param connected run when that has its connection
         * @return empty if it has not answered this one
         */
        Optional<T> until(long end, Runnable connected) throws SQLException;
    }

    /** The same for one that goes with others first, and alone only if it has to. */
    public <T> CompletableFuture<T> attempt(
            Executor blocking, String row, Shared<T> shared, Work<T> work, Consumer<Unresolved> unresolved) {
        return goes(blocking, row, exchange -> (end, lost) -> {
            Optional<T> answer = shares.comesLater(row, lost)
                    ? Optional.empty()
                    : shares.remembering(row, dialect::isLostRace, () -> shared.until(end, exchange::connected));
            return answer.isPresent() ? answer.get() : atRow(row, work, end, lost, exchange, unresolved);
        });
    }

    /**
     * Runs the goes of an attempt: the later ones on threads of their own where the caller's may not be used. At locked rows they wait
     * long, and would leave no thread to attempts at all the other rows.
     */
    private <T> CompletableFuture<T> goes(Executor blocking, String row, Function<Exchange<T>, Go<T>> goes) {
        if (runsHere()) {
            return on(blocking, exchange -> repeat(goes.apply(exchange)));
        }
        Exchange<T> answer = new Exchange<>();
        Go<T> go = goes.apply(answer);
        long submittedAt = System.nanoTime();
        execute(threads.attempts(), answer, () -> {
            refuseLate(submittedAt, answer);
            Rounds rounds = new Rounds();
            if (shares.comesLater(row, null)) {
                execute(threads.laterGoes(), answer, () -> goOn(go, rounds, answer));
            } else {
                goOn(go, rounds, answer);
            }
        });
        return answer;
    }

    private <T> void goOn(Go<T> go, Rounds rounds, Exchange<T> answer) {
        try {
            answer.complete(go.until(rounds.end, rounds.lost));
        } catch (SQLException e) {
            rounds.lose(e);
            execute(threads.laterGoes(), answer, () -> goOn(go, rounds, answer));
        }
    }

    /** The same for one that is no attempt. */
    public <T> CompletableFuture<T> submit(Executor blocking, Shared<T> shared, Work<T> work) {
        return inTime(run(
                blocking,
                threads.others(),
                exchange -> repeat((end, lost) -> {
                    Optional<T> answer = lost == null ? shared.until(end, exchange::connected) : Optional.empty();
                    return answer.isPresent() ? answer.get() : once(work, end, exchange, null);
                })));
    }

    /**
     * One exchange for several who wait for it.
     *
     * @param attempt whether it has the share of the attempts
     */
    public <T> T forSeveral(boolean attempt, Work<T> work, long end, @Nullable Consumer<Unresolved> unresolved)
            throws SQLException {
        Exchange<T> exchange = new Exchange<>();
        return attempt
                ? shares.first(end, noConnection(), () -> once(work, end, exchange, unresolved))
                : once(work, end, exchange, unresolved);
    }

    /**
     * The same for one that takes back what an attempt may have left: it waits for the same rows, so it has the same share as an
     * attempt that comes again. Those that fail come again for as long as a lease lasts, and must not fill the line.
     */
    public <T> CompletableFuture<T> undo(Executor blocking, Work<T> work) {
        return run(
                blocking,
                threads.laterGoes(),
                exchange -> repeat((end, lost) -> shares.later(
                        end, lost == null ? noConnection() : lost, () -> once(work, end, exchange, null))));
    }

    /** The same for one that takes its connections by itself. */
    public <T> CompletableFuture<T> attempt(Executor blocking, Function<Exchange<T>, T> body) {
        return run(blocking, threads.attempts(), body);
    }

    /** Runs what blocks where it may, unless it has waited in line until it was given up: see {@link #inTime}. */
    private <T> CompletableFuture<T> run(Executor blocking, Executor ours, Function<Exchange<T>, T> body) {
        if (runsHere()) {
            return on(blocking, body);
        }
        long submittedAt = System.nanoTime();
        // An interrupt closes what a virtual thread reads from: the others that wait would hear of it.
        return on(ours, exchange -> {
            refuseLate(submittedAt, exchange);
            return body.apply(exchange);
        });
    }

    /** What has waited in line until it was given up is not begun. */
    private void refuseLate(long submittedAt, Exchange<?> exchange) {
        if (System.nanoTime() - submittedAt > limitNanos) {
            throw late(exchange);
        }
    }

    private boolean runsHere() {
        return runsOnCallers && !VirtualThreads.isVirtual(Thread.currentThread());
    }

    /** The answer to come, and how far the exchange is. */
    public static final class Exchange<T> extends CompletableFuture<T> {

        private volatile boolean connected;

        /** Has its connection: from now on it is the database that does not answer. */
        public void connected() {
            connected = true;
        }
    }

    public static <T> CompletableFuture<T> on(Executor executor, Function<Exchange<T>, T> body) {
        Exchange<T> answer = new Exchange<>();
        execute(executor, answer, () -> answer.complete(body.apply(answer)));
        return answer;
    }

    /** Whatever is thrown is the answer. */
    private static void execute(Executor executor, Exchange<?> answer, Runnable body) {
        try {
            executor.execute(() -> {
                try {
                    body.run();
                } catch (Throwable e) {
                    answer.completeExceptionally(e);
                }
            });
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    /**
     * An exchange's answer within the limit, whatever the driver does: see {@link Dialect#keepsTimeLimits}. The exchange
     * itself is not over then.
     */
    public <T> CompletableFuture<T> inTime(CompletableFuture<T> exchange) {
        if (runsHere() || exchange.isDone()) {
            return exchange;
        }
        return exchange.copy()
                .orTimeout(limitNanos, TimeUnit.NANOSECONDS)
                // Not on the JDK's one thread for all timeouts: whoever is told may take its time.
                .exceptionallyComposeAsync(
                        failure -> CompletableFuture.failedFuture(
                                failure instanceof TimeoutException ? late(exchange) : failure),
                        threads.tellers());
    }

    private BackendFault late(CompletableFuture<?> exchange) {
        boolean waitsForConnection = exchange instanceof Exchange<?> ours && !ours.connected;
        return faults.translate(
                waitsForConnection
                        ? noConnection()
                        : new SocketTimeoutException("no answer from the database's driver"));
    }

    private static SQLException noConnection() {
        return new SQLTransientConnectionException("no connection within the time limit");
    }

    public <T> T call(Work<T> work) {
        return call(work, new Exchange<>());
    }

    private <T> T call(Work<T> work, Exchange<T> exchange) {
        return repeat((end, lost) -> once(work, end, exchange, null));
    }

    /** One go at an exchange, which has to be over at {@code end}; {@code lost} is the race that the go before has lost. */
    @FunctionalInterface
    public interface Go<T> {
        T until(long end, @Nullable SQLException lost) throws SQLException;
    }

    /** Runs an exchange again as long as it loses races, and says what is wrong otherwise. */
    public <T> T repeat(Go<T> go) {
        Rounds rounds = new Rounds();
        while (true) {
            try {
                return go.until(rounds.end, rounds.lost);
            } catch (SQLException e) {
                rounds.lose(e);
            }
        }
    }

    /** How often an exchange has lost its race, and when it has to be over. Used by one thread at a time. */
    private final class Rounds {

        private final long end = System.nanoTime() + limitNanos;
        private @Nullable SQLException lost;
        private int races;
        private long began = System.nanoTime();

        /** Rests before the next go, or says what is wrong. */
        void lose(SQLException failure) {
            long backoff = backoff(++races);
            long now = System.nanoTime();
            // One that has waited for a row would wait as long again, and break off for want of time without a reason.
            if (!dialect.isLostRace(failure) || end - now < backoff + (now - began)) {
                throw faults.translate(failure);
            }
            lost = failure;
            Pauses.pause(Duration.ofNanos(backoff));
            began = System.nanoTime();
        }
    }

    private static long backoff(int races) {
        long most = Math.min(LONGEST_BACKOFF.toNanos(), 500_000L << Math.min(races, 10));
        return ThreadLocalRandom.current().nextLong(most);
    }

    private <T> T atRow(
            String row,
            Work<T> work,
            long end,
            @Nullable SQLException lost,
            Exchange<T> exchange,
            Consumer<Unresolved> unresolved)
            throws SQLException {
        Shares.Step<T> step = () -> once(work, end, exchange, unresolved);
        return shares.remembering(
                row,
                dialect::isLostRace,
                () -> shares.comesLater(row, lost)
                        ? shares.later(end, lost == null ? noConnection() : lost, step)
                        : shares.first(end, noConnection(), step));
    }

    private <T> T once(Work<T> work, long end, Exchange<T> exchange, @Nullable Consumer<Unresolved> unresolved)
            throws SQLException {
        try (BorrowedConnection borrowed = BorrowedConnection.from(source, true)) {
            begin(borrowed, end);
            exchange.connected();
            long session = 0;
            long sentAt = 0;
            try {
                if (unresolved != null) {
                    session = sessionOf(borrowed.connection());
                    sentAt = System.nanoTime();
                }
                return work.on(borrowed.connection());
            } catch (SQLException e) {
                if (SqlErrors.spoilsConnection(e)) {
                    // First, so that nobody else is lent the session that is going to be ended.
                    borrowed.abort();
                }
                if (unresolved != null && sentAt != 0 && SqlErrors.isUnknownOutcome(e)) {
                    unresolved.accept(new Unresolved(session, sentAt));
                }
                throw e;
            }
        }
    }

    /**
     * Bounds an exchange that has its connection. One that came too late is not begun: its caller has been told that it failed, and
     * when the backend is closed nobody could undo it.
     */
    public void begin(BorrowedConnection borrowed, long end) throws SQLException {
        long left = end - System.nanoTime();
        if (closed) {
            throw new SQLException("this client was closed");
        }
        if (left <= 0) {
            throw noConnection();
        }
        borrowed.answersWithin(Duration.ofNanos(left));
        if (dialect.sharesSessions()) {
            borrowed.namesNothing();
        }
    }

    /** No exchange begins from now on. */
    public void close() {
        closed = true;
    }

    /** Asked once for each physical connection. */
    private long sessionOf(Connection connection) throws SQLException {
        if (dialect.knowsSession()) {
            return dialect.session(connection);
        }
        Connection physical =
                connection.isWrapperFor(Connection.class) ? connection.unwrap(Connection.class) : connection;
        Long known = sessions.get(physical);
        if (known == null) {
            known = dialect.session(connection);
            sessions.put(physical, known);
        }
        return known;
    }

    /** Makes sure that an exchange of unknown outcome is over, whatever it was. */
    public void settle(Connection connection, Unresolved unresolved) throws SQLException {
        for (int round = 0; round < SETTLE_ROUNDS; round++) {
            long ageMicros = (System.nanoTime() - unresolved.sentAt()) / 1_000;
            if (dialect.endSession(connection, unresolved.session(), ageMicros)) {
                return;
            }
            Pauses.pause(SETTLE_PAUSE);
        }
        throw new SQLException("the session of a request without an answer has not ended yet");
    }
}
