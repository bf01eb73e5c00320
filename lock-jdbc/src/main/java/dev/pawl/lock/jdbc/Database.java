package dev.pawl.lock.jdbc;

import dev.pawl.lock.LockBackendException;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges with the database: each takes a connection in autocommit mode for as long as it lasts, is repeated when it lost a
 * race, and ends within the I/O time limit. Safe for use by several threads.
 */
final class Database {

    /** One exchange. It may be repeated. */
    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * An exchange of which nobody knows what came of it: its session may still carry it out.
     *
     * @param session the session's number
     * @param sentAt before it was sent, on the monotonic clock
     */
    record Unresolved(long session, long sentAt) {}

    private static final Duration LONGEST_BACKOFF = Duration.ofMillis(20);
    private static final int SETTLE_ROUNDS = 40;
    private static final Duration SETTLE_PAUSE = Duration.ofMillis(10);

    private final DataSource source;
    private final Dialect dialect;
    private final Faults faults;
    private final long limitNanos;
    private final Executor own;
    private final Executor ahead;
    private final boolean runsOnCallers;
    private final Map<Connection, Long> sessions = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * @param own where exchanges run that must not be interrupted; unused when {@code runsOnCallers}
     * @param ahead where exchanges run that must not wait behind others
     * @param runsOnCallers whether the thread that waits for an exchange may run it
     */
    Database(
            DataSource source,
            Dialect dialect,
            Faults faults,
            Duration limit,
            Executor own,
            Executor ahead,
            boolean runsOnCallers) {
        this.source = source;
        this.dialect = dialect;
        this.faults = faults;
        this.limitNanos = limit.toNanos();
        this.own = own;
        this.ahead = ahead;
        this.runsOnCallers = runsOnCallers;
    }

    Dialect dialect() {
        return dialect;
    }

    Faults faults() {
        return faults;
    }

    Duration limit() {
        return Duration.ofNanos(limitNanos);
    }

    /** Runs an exchange for its answer within the limit. */
    <T> CompletableFuture<T> submit(String lock, Executor blocking, Work<T> work) {
        return inTime(lock, exchange(lock, blocking, work, null));
    }

    /** The same for an exchange that must not wait in line behind a thousand attempts. */
    <T> CompletableFuture<T> submitAhead(String lock, Work<T> work) {
        return inTime(lock, on(ahead, () -> call(lock, work)));
    }

    /**
     * Runs an exchange; {@code unresolved} is told of one whose outcome is unknown before the answer fails.
     *
     * @return completes when the exchange is over, which may be past the limit: see {@link #inTime}
     */
    <T> CompletableFuture<T> exchange(
            String lock, Executor blocking, Work<T> work, @Nullable Consumer<Unresolved> unresolved) {
        return run(lock, blocking, () -> call(lock, work, unresolved));
    }

    /** Runs what blocks where it may, unless it has waited in line until it was given up: see {@link #inTime}. */
    <T> CompletableFuture<T> run(String lock, Executor blocking, Supplier<T> body) {
        if (runsHere()) {
            return on(blocking, body);
        }
        long submittedAt = System.nanoTime();
        // An interrupt closes what a virtual thread reads from: the others that wait would hear of it.
        return on(own, () -> {
            long waited = System.nanoTime() - submittedAt;
            if (waited > limitNanos) {
                throw late(lock, waited);
            }
            return body.get();
        });
    }

    private boolean runsHere() {
        return runsOnCallers && !VirtualThreads.isVirtual(Thread.currentThread());
    }

    static <T> CompletableFuture<T> on(Executor executor, Supplier<T> body) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    answer.complete(body.get());
                } catch (Throwable e) {
                    answer.completeExceptionally(e);
                }
            });
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    /**
     * An exchange's answer within the limit, whatever the driver does: see {@link Dialect#keepsTimeLimits}. The exchange
     * itself is not over then.
     */
    <T> CompletableFuture<T> inTime(String lock, CompletableFuture<T> exchange) {
        if (runsHere() || exchange.isDone()) {
            return exchange;
        }
        return exchange.copy()
                .orTimeout(limitNanos, TimeUnit.NANOSECONDS)
                // Not on the JDK's one thread for all timeouts: whoever is told may take its time.
                .exceptionallyComposeAsync(failure -> CompletableFuture.failedFuture(
                        failure instanceof TimeoutException ? late(lock, limitNanos) : failure));
    }

    private LockBackendException late(String lock, long nanos) {
        return faults.translate(
                lock, Duration.ofNanos(nanos), new SocketTimeoutException("no answer from the database's driver"));
    }

    <T> T call(String lock, Work<T> work) {
        return call(lock, work, null);
    }

    private <T> T call(String lock, Work<T> work, @Nullable Consumer<Unresolved> unresolved) {
        return repeat(lock, end -> once(work, end, unresolved));
    }

    /** One go at an exchange, which has to be over at {@code end}. */
    @FunctionalInterface
    interface Go<T> {
        T until(long end) throws SQLException;
    }

    /** Runs an exchange again as long as it loses races, and says what is wrong otherwise. */
    <T> T repeat(String lock, Go<T> go) {
        long start = System.nanoTime();
        long end = start + limitNanos;
        for (int races = 1; ; races++) {
            long began = System.nanoTime();
            try {
                return go.until(end);
            } catch (SQLException e) {
                long backoff = backoff(races);
                long now = System.nanoTime();
                // One that has waited for a row would wait as long again, and break off for want of time without a
                // reason.
                if (!dialect.isLostRace(e) || end - now < backoff + (now - began)) {
                    throw faults.translate(lock, Duration.ofNanos(System.nanoTime() - start), e);
                }
                Pauses.pause(Duration.ofNanos(backoff));
            }
        }
    }

    private static long backoff(int races) {
        long most = Math.min(LONGEST_BACKOFF.toNanos(), 500_000L << Math.min(races, 10));
        return ThreadLocalRandom.current().nextLong(most);
    }

    private <T> T once(Work<T> work, long end, @Nullable Consumer<Unresolved> unresolved) throws SQLException {
        try (Borrowed borrowed = Borrowed.from(source, true)) {
            Connection connection = borrowed.connection();
            borrowed.answersWithin(Duration.ofNanos(end - System.nanoTime()));
            if (unresolved == null) {
                return work.on(connection);
            }
            long session = sessionOf(connection);
            long sentAt = System.nanoTime();
            try {
                return work.on(connection);
            } catch (SQLException e) {
                if (Faults.isUnknownOutcome(e)) {
                    // First, so that nobody else is lent the session that is going to be ended.
                    borrowed.abort();
                    unresolved.accept(new Unresolved(session, sentAt));
                }
                throw e;
            }
        }
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
    void settle(Connection connection, Unresolved unresolved) throws SQLException {
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
