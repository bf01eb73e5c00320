package dev.pawl.lock.jdbc;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.fencing.internal.Transactions;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Guarded;
import dev.pawl.lock.jdbc.internal.exchange.Faults;
import dev.pawl.lock.spi.LockNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A guard for data in the database that the locks are in: the transaction shares the lock's own row, so that nobody can take the
 * lock over before it has committed. There is no fence table, and nothing that could be forgotten.
 *
 * <pre>{@code
 * connection.setAutoCommit(false);
 * guard.enter(connection, lease.token());                // StaleTokenException if the lock has gone to another
 * // read and write with the same connection
 * connection.commit();
 * }</pre>
 *
 * <p>For locks of a {@link JdbcBackend} in lease mode. It knows who has the lock now, so it refuses more than the guards that
 * remember what they have seen: the token of a lease that was released, and a stale one even when the newer holder has not written
 * yet. A lease that has run out is admitted as long as nobody has taken the lock over, which nobody can then.
 *
 * <p>Several transactions of one holder may go on at once (not on H2). While they do, the lock is not renewed: keep them shorter than
 * the lease, or the holder will believe that it has lost it. Leases that a client hands on among its own threads are one grant, and
 * their tokens are not told apart: end the transaction before the lease is closed.
 *
 * <p>After any failure of a statement roll back and enter again, and do not try the statement alone once more: on MariaDB and MySQL a
 * deadlock has ended the transaction, and DDL has committed it. What follows there on the same connection is unguarded. So is what follows
 * a rollback to a savepoint from before {@code enter}, on every database: Spring's {@code PROPAGATION_NESTED} does that around a method
 * whose exception is caught. Enter in front of the first savepoint, or again after such a rollback.
 *
 * <p>In row mode the lock's row is locked by its holder, and this guard waits in vain; a joined lock ({@link JdbcLocks}) needs no
 * guard. Safe for use by several threads, each with its own connection. The calls block; an interrupt does not end them.
 */
public final class JdbcLockGuard {

    /** How long to wait for the row, which others lock for moments only. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String namespace;
    private final String table;
    private final Dialects dialects;

    private JdbcLockGuard(String namespace, String table) {
        this.namespace = namespace;
        this.table = table;
        dialects = new Dialects(table, JdbcLockGuard::refuseCluster);
    }

    private static void refuseCluster(Dialect dialect, Connection transaction) throws SQLException {
        String cluster = dialect.keeps(transaction).cluster();
        if (cluster != null) {
            throw new LockConfigException("JdbcLockGuard is not for " + cluster
                    + ": a row that is locked at one of its nodes can be changed at another. Use JdbcFencingGuard");
        }
    }

    /**
     * A guard for the locks of the default namespace and table.
     *
     * @return the guard; there is no I/O yet
     */
    public static JdbcLockGuard create() {
        return in(JdbcOptions.DEFAULTS.namespace(), JdbcOptions.DEFAULTS.table());
    }

    /**
     * A guard for the locks of another namespace or table.
     *
     * @param namespace as for {@link JdbcBackend.Builder#namespace}
     * @param table as for {@link JdbcBackend.Builder#table}
     * @return the guard; there is no I/O yet
     */
    public static JdbcLockGuard in(String namespace, String table) {
        JdbcOptions options = JdbcOptions.DEFAULTS.withNamespace(namespace).withTable(table);
        return new JdbcLockGuard(options.namespace(), options.table());
    }

    /**
     * Admits the transaction if its token is of the grant that has the lock, which then stays where it is until the transaction
     * ends. One round trip, on H2 four. Belongs in front of everything else in the transaction.
     *
     * @param transaction a connection out of autocommit mode; it is neither committed nor closed
     * @param token the token of a lease
     * @throws StaleTokenException if the lock was released, or has gone to another; the transaction is usable
     * @throws LockBackendException if the database refuses or fails, or the row is locked for longer than a few seconds; its cause is
     *     the {@link SQLException}
     * @throws IllegalArgumentException if the connection is in autocommit mode, or the lock's name is none
     */
    public void enter(Connection transaction, FencingToken token) {
        Objects.requireNonNull(transaction, "transaction");
        String lock = LockNames.check(Objects.requireNonNull(token, "token").lock());
        long start = System.nanoTime();
        @Nullable Guarded row;
        try {
            Transactions.requireForGuard(transaction, lock);
            Dialect dialect = dialects.of(transaction);
            row = dialect.guard(transaction, dialect.key(namespace, lock), token.value(), PATIENCE);
        } catch (SQLException e) {
            throw Faults.inTransaction(lock, Duration.ofNanos(System.nanoTime() - start), e);
        }
        if (row == null) {
            throw new StaleTokenException(
                    token,
                    0,
                    "lock '" + lock + "': token " + token.value() + " is stale, the lock has no row in " + table
                            + "; nothing was written");
        }
        if (!row.held()) {
            throw new StaleTokenException(
                    token,
                    row.token(),
                    "lock '" + lock + "': token " + token.value()
                            + " is stale, the lock was released or has gone to another"
                            + " (its last token is " + row.token()
                            + "); nothing was written. Acquire again, and read again"
                            + " what was about to be written");
        }
    }
}
