package dev.pawl.lock.fencing;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.fencing.internal.DatabaseKind;
import dev.pawl.lock.fencing.internal.SqlNames;
import dev.pawl.lock.fencing.internal.Transactions;
import dev.pawl.lock.spi.LockNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A guard for tables of PostgreSQL, MariaDB, MySQL or H2. A fence table has the newest token of each lock; to enter is to raise it
 * in the business transaction itself, so that check and write are one step: they commit or roll back together.
 *
 * <pre>{@code
 * connection.setAutoCommit(false);
 * guard.enter(connection, lease.token());                // first: StaleTokenException if a newer one has entered
 * // read and write with the same connection
 * connection.commit();
 * }</pre>
 *
 * <p>Transactions that have entered one lock run one after the other, since each keeps the row of the lock until it ends: whoever
 * comes meanwhile waits, for as long as the database lets it. A rolled back transaction has not entered.
 *
 * <p>After any failure of a statement roll back and enter again, and do not try the statement alone once more: on MariaDB and MySQL a
 * deadlock has ended the transaction, and DDL has committed it. What follows there on the same connection is unguarded. So is what follows
 * a rollback to a savepoint from before {@link #enter}, on every database: Spring's {@code PROPAGATION_NESTED} does that around a method
 * whose exception is caught. Enter in front of the first savepoint, or again after such a rollback. On PostgreSQL
 * {@link #requireEntered} finds who has not.
 *
 * <p>Which service the lock is from does not matter. {@link RowFence} is the form without a fence table, for one row.
 *
 * <p>Safe for use by several threads, each with its own connection. The calls block; an interrupt does not end them. Nothing is
 * ever removed from the fence table by itself: without its row, a stale token of a lock would be the first.
 */
public final class JdbcFencingGuard {

    /** One for all, so that whoever asks for it again does not have its table looked at again. */
    private static final JdbcFencingGuard DEFAULT = create("pawl_fence");

    private final Map<DatabaseKind, FenceTable> tables = new EnumMap<>(DatabaseKind.class);

    private JdbcFencingGuard(String table) {
        for (DatabaseKind kind : DatabaseKind.values()) {
            tables.put(kind, table(kind, table));
        }
    }

    static FenceTable table(DatabaseKind kind, String name) {
        return switch (kind) {
            case POSTGRESQL -> new PostgresFence(name);
            case MARIADB -> new MariaDbFence(name);
            case MYSQL -> new MySqlFence(name);
            case H2 -> new H2Fence(name);
        };
    }

    /**
     * A guard over the table {@code pawl_fence}.
     *
     * @return the guard, the same every time; there is no I/O yet
     */
    public static JdbcFencingGuard create() {
        return DEFAULT;
    }

    /**
     * A guard over a fence table of another name. Make it once: it looks at the table when it first meets a database.
     *
     * @param table letters, digits and {@code _}, with its schema before a dot or not
     * @return the guard; there is no I/O yet
     * @throws IllegalArgumentException if it is no such name
     */
    public static JdbcFencingGuard create(String table) {
        Objects.requireNonNull(table, "table");
        return new JdbcFencingGuard(SqlNames.checkIdentifier("table", table));
    }

    /**
     * Creates the fence table if it is missing, and looks at it. The DDL is also in the jar, as {@code
     * dev/pawl/lock/fencing/<database>/create-table.sql}.
     *
     * @param connection a connection in autocommit mode, since DDL would commit a transaction
     * @throws LockConfigException if others have made the table, and it is not as the guard needs it; the message says in what
     * @throws LockBackendException if the database refuses; the message has the DDL to run
     * @throws IllegalArgumentException if the connection is not in autocommit mode
     */
    public void createTable(Connection connection) {
        Objects.requireNonNull(connection, "connection");
        long start = System.nanoTime();
        FenceTable table = tableOf(connection, "", start);
        try {
            requireAutoCommit(connection);
            table.create(connection);
            table.look(connection);
        } catch (SQLException e) {
            throw Statements.fault(
                    "",
                    start,
                    "the fence table " + table.name() + " could not be created (" + e.getMessage()
                            + "); have this run:\n" + table.ddl(),
                    e);
        }
    }

    /**
     * Enters: admits the transaction if its token is at least the newest that has entered, which it then is. Belongs in front of
     * everything else in the transaction, so that what is read there is read after it.
     *
     * <p>One statement, on MySQL two, on H2 four, and one more when the guard first meets the database: it looks at the table. If the
     * token is stale the transaction is usable, and other locks may be entered in it. If there is any other failure it must be rolled back.
     *
     * @param transaction a connection out of autocommit mode; it is neither committed nor closed
     * @param token the writer's token
     * @throws StaleTokenException if a newer token has entered
     * @throws LockConfigException if others have made the table, and it is not as the guard needs it
     * @throws LockBackendException if the table is missing or the database fails; its cause is the {@link SQLException}, whose code
     *     tells whether it is worth another try
     * @throws IllegalArgumentException if the connection is in autocommit mode, or the lock's name is none
     */
    public void enter(Connection transaction, FencingToken token) {
        Objects.requireNonNull(transaction, "transaction");
        LockNames.check(Objects.requireNonNull(token, "token").lock());
        long start = System.nanoTime();
        FenceTable table = tableOf(transaction, token.lock(), start);
        long newest;
        try {
            Transactions.requireForGuard(transaction, token.lock());
            newest = table.enter(transaction, table.keyOf(token.lock(), transaction), token.value());
        } catch (SQLException e) {
            throw Statements.fault(token.lock(), start, table, e);
        }
        if (newest != token.value()) {
            throw new StaleTokenException(token, newest);
        }
    }

    /**
     * Enters and runs the transaction's first statement. On PostgreSQL both travel in one round trip, so that the guard costs none;
     * a stale token fails the first, and the server carries out nothing of the second. It has aborted the transaction then,
     * unless the driver has gone back to a savepoint of its own ({@code autosave}): roll back in either case. Elsewhere it is {@link
     * #enter} and the statement.
     *
     * @param transaction a connection out of autocommit mode; it is neither committed nor closed
     * @param token the writer's token
     * @param sql an {@code INSERT}, {@code UPDATE} or {@code DELETE} with {@code ?} for parameters
     * @param values its parameters, as {@link PreparedStatement#setObject(int, Object)} takes them
     * @return how many rows it changed, or how many it returned if it has a {@code RETURNING}
     * @throws StaleTokenException if a newer token has entered; nothing was written
     * @throws LockConfigException if others have made the fence table, and it is not as the guard needs it
     * @throws LockBackendException if the fence table is missing
     * @throws SQLException if the statement fails
     * @throws IllegalArgumentException if the connection is in autocommit mode, or the lock's name is none
     */
    public int update(Connection transaction, FencingToken token, String sql, @Nullable Object... values)
            throws SQLException {
        Objects.requireNonNull(transaction, "transaction");
        Objects.requireNonNull(sql, "sql");
        LockNames.check(Objects.requireNonNull(token, "token").lock());
        long start = System.nanoTime();
        if (tableOf(transaction, token.lock(), start) instanceof PostgresFence postgres) {
            Transactions.requireForGuard(transaction, token.lock());
            return inOneRoundTrip(postgres, transaction, token, sql, values);
        }
        enter(transaction, token);
        try (PreparedStatement statement = transaction.prepareStatement(sql)) {
            Statements.bind(statement, 1, values);
            return Statements.changed(statement, statement.execute());
        }
    }

    private static int inOneRoundTrip(
            PostgresFence postgres, Connection transaction, FencingToken token, String sql, @Nullable Object... values)
            throws SQLException {
        long start = System.nanoTime();
        String key = "";
        try {
            key = postgres.keyOf(token.lock(), transaction);
            return postgres.update(transaction, key, token.value(), sql, values);
        } catch (SQLException e) {
            long newest = PostgresFence.staleAgainst(e, key, token.value());
            if (newest != 0) {
                StaleTokenException stale = new StaleTokenException(token, newest);
                stale.addSuppressed(e);
                throw stale;
            }
            if (postgres.isMissing(e)) {
                throw Statements.fault(token.lock(), start, postgres, e);
            }
            throw e;
        }
    }

    /**
     * Forgets what was seen of a lock, and admits tokens from a floor on: after a move to a backend whose tokens are smaller.
     *
     * @param connection in a transaction or not; it is neither committed nor closed
     * @param lock the lock
     * @param floor the least token that is admitted; 0 for any
     * @throws LockConfigException if others have made the table, and it is not as the guard needs it
     * @throws LockBackendException if the table is missing or the database fails
     * @throws IllegalArgumentException if the floor is negative, or the lock's name is none
     */
    public void reset(Connection connection, String lock, long floor) {
        Objects.requireNonNull(connection, "connection");
        LockNames.check(lock);
        if (floor < 0) {
            throw new IllegalArgumentException("floor: must be at least 0, but got " + floor);
        }
        long start = System.nanoTime();
        FenceTable table = tableOf(connection, lock, start);
        try {
            table.reset(connection, table.keyOf(lock, connection), floor);
        } catch (SQLException e) {
            throw Statements.fault(lock, start, table, e);
        }
    }

    /**
     * Makes PostgreSQL refuse writes to a table by transactions that have not entered any lock: a trigger, which is there for every
     * program that writes to it. It finds a forgotten guard, not malice.
     *
     * <p>PostgreSQL looks at the triggers of the table that a statement names. A partitioned table is protected as that, and a
     * write to one of its partitions by name passes by; so does one to a child table that inherits from it. A partition or a child
     * is refused here, since writes through its parent would pass by it. The trigger's function, {@code pawl_entered_only}, is
     * created in the table's schema, where all protected tables must have one owner.
     *
     * @param connection a connection in autocommit mode, of the table's owner
     * @param table the table to protect; letters, digits and {@code _}, with its schema before a dot or not
     * @throws LockBackendException if the database refuses, or is another than PostgreSQL, or the table is missing, a partition or
     *     a child
     * @throws IllegalArgumentException if the connection is not in autocommit mode, or it is no such name
     */
    public void requireEntered(Connection connection, String table) {
        createTrigger(connection, table, null);
    }

    /**
     * The same, where only one lock will do.
     *
     * @param connection as above
     * @param table as above
     * @param lock the lock that a transaction must have entered
     * @throws LockBackendException as above
     */
    public void requireEntered(Connection connection, String table, String lock) {
        createTrigger(connection, table, LockNames.check(lock));
    }

    private static void createTrigger(Connection connection, String table, @Nullable String lock) {
        Objects.requireNonNull(connection, "connection");
        SqlNames.checkIdentifier("table", Objects.requireNonNull(table, "table"));
        long start = System.nanoTime();
        String refused = "the trigger on " + table + " could not be created";
        String ddl;
        try {
            if (DatabaseKind.of(connection) != DatabaseKind.POSTGRESQL) {
                throw new SQLException("only PostgreSQL can tell which transaction has entered", "0A000");
            }
            requireAutoCommit(connection);
            ddl = PostgresFence.triggerOn(connection, table, lock);
        } catch (SQLException e) {
            throw Statements.fault("", start, refused + ": " + e.getMessage(), e);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(ddl);
        } catch (SQLException e) {
            throw Statements.fault(
                    "", start, refused + " (" + e.getMessage() + "); have its owner run this:\n" + ddl, e);
        }
    }

    private static void requireAutoCommit(Connection connection) throws SQLException {
        if (!connection.getAutoCommit()) {
            throw new IllegalArgumentException(
                    "connection: must be in autocommit mode, since most databases commit an open"
                            + " transaction before they create anything");
        }
    }

    private FenceTable tableOf(Connection connection, String lock, long start) {
        try {
            return Objects.requireNonNull(tables.get(DatabaseKind.of(connection)));
        } catch (SQLException e) {
            throw Statements.fault(lock, start, "the database could not be recognised: " + e.getMessage(), e);
        }
    }
}
