package dev.pawl.lock.jdbc;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockException;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.fencing.internal.Transactions;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.exchange.Faults;
import dev.pawl.lock.jdbc.internal.exchange.Pauses;
import dev.pawl.lock.jdbc.internal.exchange.PollInterval;
import dev.pawl.lock.spi.LockNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Locks that belong to a transaction of the caller's: the lock and the business data commit or roll back together, which is the
 * strongest that a lock beside a database can be. There is no lease, no client and nothing to release:
 *
 * <pre>{@code
 * connection.setAutoCommit(false);
 * FencingToken token = JdbcLocks.lockIn(connection, "inventory/42", Duration.ofSeconds(5));
 * // read and write with the same connection
 * connection.commit();                                   // or rollback(): either ends the lock
 * }</pre>
 *
 * <p>They exclude the holders of a {@link JdbcBackend} on the same table and namespace, in either mode; but use one mode for one
 * lock. An attempt of theirs waits for the row within its I/O time limit, and fails after it. On MariaDB and MySQL a lock that is
 * held in lease mode is a fault here, since InnoDB keeps a row locked that was only looked at.
 *
 * <p>A rollback to a savepoint ends the locks that were taken after it, as it undoes all else, and nobody is told: another has them at once,
 * while the transaction goes on. Spring's {@code PROPAGATION_NESTED} does that around a method whose exception is caught. So lock in
 * front of the first savepoint, or lock again after such a rollback.
 *
 * <p>Two transactions that take locks in opposite orders, or a lock and a row of the business, are a deadlock: a fault for one of them,
 * which has to roll back and begin again. MariaDB and MySQL see it among waits of three seconds and more. So take locks in one order, and
 * give the wait a timeout.
 *
 * <p>Safe for use by several threads, each with its own connection. The calls block; an interrupt does not end them.
 */
public final class JdbcLocks {

    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    /** As good as for ever, and no overflow in any unit. */
    private static final Duration LONGEST = Duration.ofDays(20);

    /** As the retry ceiling of a client by default. */
    private static final long LONGEST_PAUSE = Duration.ofSeconds(1).toNanos();

    private static final JdbcLocks DEFAULTS = new JdbcLocks(JdbcOptions.DEFAULTS);

    private final JdbcOptions options;

    private final Dialects dialects;

    private JdbcLocks(JdbcOptions options) {
        this.options = options;
        dialects = new Dialects(options.table(), (dialect, transaction) -> {});
    }

    /**
     * Locks in another table or namespace than the default ones.
     *
     * @param namespace prefix of every row's name, as for {@link JdbcBackend.Builder#namespace}
     * @param table the lock table, as for {@link JdbcBackend.Builder#table}; it must be there
     * @return the locks
     */
    public static JdbcLocks in(String namespace, String table) {
        return new JdbcLocks(JdbcOptions.DEFAULTS.withNamespace(namespace).withTable(table));
    }

    /**
     * Locks until the transaction ends, and waits as long as it takes.
     *
     * @param transaction a connection out of autocommit mode; it is neither committed nor closed
     * @param name the lock
     * @return the token of this lock, larger than every one before
     * @throws LockBackendException if the database refuses or fails, or has found a deadlock: the lock is not held, and what went before
     *     may be undone, so roll back
     * @throws IllegalArgumentException if the connection is in autocommit mode, or the name is none
     */
    public static FencingToken lockIn(Connection transaction, String name) {
        return DEFAULTS.lock(transaction, name);
    }

    /**
     * Locks until the transaction ends, and waits for a limited time.
     *
     * @param transaction a connection out of autocommit mode; it is neither committed nor closed
     * @param name the lock
     * @param timeout how long to wait; zero and less mean one attempt
     * @return the token of this lock, larger than every one before
     * @throws LockTimeoutException if another has it all that time; the transaction is as it was, and usable
     * @throws LockBackendException if the database refuses or fails, or has found a deadlock: the lock is not held, and what went before
     *     may be undone, so roll back
     * @throws IllegalArgumentException if the connection is in autocommit mode, or the name is none
     */
    public static FencingToken lockIn(Connection transaction, String name, Duration timeout) {
        return DEFAULTS.lock(transaction, name, timeout);
    }

    /**
     * As {@link #lockIn(Connection, String)}, in this table and namespace.
     *
     * @param transaction a connection out of autocommit mode; it is neither committed nor closed
     * @param name the lock
     * @return the token
     * @throws LockBackendException as above
     */
    public FencingToken lock(Connection transaction, String name) {
        return tryLock(transaction, name, FOREVER).orElseThrow(() -> timedOut(name, FOREVER));
    }

    /**
     * As {@link #lockIn(Connection, String, Duration)}, in this table and namespace.
     *
     * @param transaction a connection out of autocommit mode; it is neither committed nor closed
     * @param name the lock
     * @param timeout how long to wait; zero and less mean one attempt
     * @return the token
     * @throws LockTimeoutException as above
     * @throws LockBackendException as above
     */
    public FencingToken lock(Connection transaction, String name, Duration timeout) {
        return tryLock(transaction, name, timeout).orElseThrow(() -> timedOut(name, timeout));
    }

    /**
     * As {@link #lock(Connection, String, Duration)}, with an empty answer for a lock that another has.
     *
     * @param transaction a connection out of autocommit mode; it is neither committed nor closed
     * @param name the lock
     * @param timeout how long to wait; zero and less mean one attempt
     * @return the token, or empty: then the transaction is as it was, and usable
     * @throws LockBackendException as above
     */
    public Optional<FencingToken> tryLock(Connection transaction, String name, Duration timeout) {
        Objects.requireNonNull(transaction, "transaction");
        Objects.requireNonNull(timeout, "timeout");
        LockNames.check(name);
        long start = System.nanoTime();
        try {
            Transactions.require(transaction, name, " would end with its own statement");
            Dialect dialect = dialects.of(transaction);
            long token = wait(dialect, transaction, dialect.key(options.namespace(), name), timeout);
            return token == 0 ? Optional.empty() : Optional.of(new FencingToken(name, token));
        } catch (SQLException e) {
            throw Faults.inTransaction(name, Duration.ofNanos(System.nanoTime() - start), e);
        }
    }

    /** The token, or 0. Between attempts a {@link PollInterval} passes, where the database does not wait by itself. */
    private static long wait(Dialect dialect, Connection transaction, String key, Duration timeout)
            throws SQLException {
        long start = System.nanoTime();
        long limit = timeout.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : Math.max(0, timeout.toNanos());
        while (true) {
            long waited = System.nanoTime() - start;
            long token = dialect.lockJoined(transaction, key, Duration.ofNanos(Math.max(0, limit - waited)));
            long left = limit - (System.nanoTime() - start);
            if (token != 0 || left <= 0) {
                return token;
            }
            Pauses.pause(Duration.ofNanos(Math.min(left, PollInterval.after(waited, LONGEST_PAUSE))));
        }
    }

    private static LockException timedOut(String name, Duration timeout) {
        return new LockTimeoutException(
                name, timeout, "lock '" + name + "': still held by others after " + timeout.toMillis() + " ms");
    }
}
