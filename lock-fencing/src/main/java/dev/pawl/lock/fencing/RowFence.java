package dev.pawl.lock.fencing;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.fencing.internal.SqlNames;
import dev.pawl.lock.spi.LockNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A guard inside the row that it protects: a column has the newest token that wrote there, and one {@code UPDATE} checks it,
 * raises it and writes. No fence table, no transaction needed, and writers of different rows do not meet.
 *
 * <pre>{@code
 * ALTER TABLE inventory ADD COLUMN fence bigint NOT NULL DEFAULT 0;
 *
 * RowFence fence = RowFence.of("inventory", "id", "fence");
 * fence.update(connection, "inventory/42", token, 42, "stock = ?", 7);
 * }</pre>
 *
 * <p>The row is the guard's memory: whoever deletes it and makes it again admits every token. Mark rows as deleted instead, and
 * insert new ones with the writer's token in the column.
 *
 * <p>On a file of H2 use {@link JdbcFencingGuard}: a transaction that is rolled back there after a call of this, even one that was
 * refused, can take back what a newer writer commits in the row at that moment.
 *
 * <p>The assignments are text of yours that becomes a part of the statement: keep them constant and pass values as parameters. What
 * ends the statement early, such as a comment sign or a {@code WHERE} of its own, also passes by the check.
 *
 * <p>The column has no lock's name, so one row belongs to one lock: the call names it, and a token of another is refused. Safe for
 * use by several threads, each with its own connection.
 */
public final class RowFence {

    private static final int ROUNDS = 5;

    /** What holds a token whole, and compares it as a number. */
    private static final Set<Integer> WHOLE = Set.of(Types.BIGINT, Types.NUMERIC, Types.DECIMAL);

    private final String table;
    private final String key;
    private final String fence;

    /** The databases whose column was looked at, by their URLs. */
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    private RowFence(String table, String key, String fence) {
        this.table = table;
        this.key = key;
        this.fence = fence;
    }

    /**
     * A guard in the rows of a table. Make it once: it looks at its column when it first meets a database.
     *
     * @param table the table, with its schema before a dot or not
     * @param key the column that tells its rows apart
     * @param fence the column of the token, a {@code bigint NOT NULL DEFAULT 0}
     * @return the guard; there is no I/O yet
     * @throws IllegalArgumentException if one of them is not made of letters, digits and {@code _}
     */
    public static RowFence of(String table, String key, String fence) {
        return new RowFence(
                SqlNames.checkIdentifier("table", Objects.requireNonNull(table, "table")),
                SqlNames.checkIdentifier("key", Objects.requireNonNull(key, "key")),
                SqlNames.checkIdentifier("fence", Objects.requireNonNull(fence, "fence")));
    }

    /**
     * Updates a row if the token is at least the newest that wrote there.
     *
     * @param connection in a transaction or not; it is neither committed nor closed
     * @param lock the lock that protects the row
     * @param token the writer's token
     * @param id the row's key
     * @param assignments what follows {@code SET}, such as {@code stock = ?, sold = sold + ?}
     * @param values its parameters, as {@link PreparedStatement#setObject(int, Object)} takes them
     * @return false if there is no such row
     * @throws StaleTokenException if a newer token wrote there; nothing was written
     * @throws LockConfigException if the column's type cannot hold a token
     * @throws SQLException if the statement fails; if it has changed several rows, because they have the same key, roll back
     * @throws IllegalArgumentException if the token is of another lock
     */
    public boolean update(
            Connection connection,
            String lock,
            FencingToken token,
            Object id,
            String assignments,
            @Nullable Object... values)
            throws SQLException {
        Objects.requireNonNull(connection, "connection");
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(assignments, "assignments");
        Objects.requireNonNull(token, "token").requireLock(LockNames.check(lock));
        lookOnce(connection);
        for (int round = 0; round < ROUNDS; round++) {
            int written = write(connection, token.value(), id, assignments, values);
            if (written > 1) {
                throw new SQLException(
                        "the key " + key + " of table " + table + " does not tell its rows apart: " + written
                                + " of them were written; roll back",
                        "21000");
            }
            if (written == 1) {
                return true;
            }
            long newest = newest(connection, id);
            if (newest < 0) {
                return false;
            }
            if (newest > token.value()) {
                throw new StaleTokenException(token, newest);
            }
            if (newest == token.value() && round > 0) {
                // A driver that counts changed rows, not found ones, and a write that changes nothing.
                return true;
            }
            // Made or reset between the two statements: again.
        }
        throw new SQLException("the fence of a row in " + table + " changed " + ROUNDS + " times meanwhile", "40001");
    }

    /** An int or a float would round or cut tokens, and then stale ones pass. */
    private void lookOnce(Connection connection) throws SQLException {
        String url = Objects.requireNonNullElse(connection.getMetaData().getURL(), "");
        if (known.contains(url)) {
            return;
        }
        try (PreparedStatement statement =
                        connection.prepareStatement("SELECT " + fence + " FROM " + table + " WHERE 1 = 0");
                ResultSet none = statement.executeQuery()) {
            ResultSetMetaData column = none.getMetaData();
            if (!WHOLE.contains(column.getColumnType(1))) {
                throw new LockConfigException(
                        "column " + fence + " of table " + table + " is " + column.getColumnTypeName(1)
                                + ", which cannot hold every token: make it bigint NOT NULL DEFAULT 0");
            }
        }
        known.add(url);
    }

    private int write(Connection connection, long token, Object id, String assignments, @Nullable Object... values)
            throws SQLException {
        String sql = "UPDATE " + table + " SET " + assignments + ", " + fence + " = ? WHERE " + key + " = ? AND "
                + fence + " <= ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            Statements.bind(statement, 1, values);
            statement.setLong(values.length + 1, token);
            statement.setObject(values.length + 2, id);
            statement.setLong(values.length + 3, token);
            return statement.executeUpdate();
        }
    }

    /** Negative if there is no row. Locks it: another read may show it as of the transaction's first one. */
    private long newest(Connection connection, Object id) throws SQLException {
        String sql = "SELECT " + fence + " FROM " + table + " WHERE " + key + " = ? FOR UPDATE";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, id);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return -1;
                }
                long newest = rows.getLong(1);
                if (rows.wasNull()) {
                    throw new SQLException("column " + fence + " of table " + table
                            + " is NULL, which is no token: declare it NOT NULL DEFAULT 0");
                }
                return newest;
            }
        }
    }

    /**
     * Forgets what was seen, and admits tokens from a floor on: after a move to a backend whose tokens are smaller.
     *
     * @param connection in a transaction or not; it is neither committed nor closed
     * @param id the row's key
     * @param floor the least token that is admitted; 0 for any
     * @return false if there is no such row
     * @throws SQLException if the statement fails
     * @throws IllegalArgumentException if the floor is negative
     */
    public boolean reset(Connection connection, Object id, long floor) throws SQLException {
        Objects.requireNonNull(connection, "connection");
        Objects.requireNonNull(id, "id");
        if (floor < 0) {
            throw new IllegalArgumentException("floor: must be at least 0, but got " + floor);
        }
        String sql = "UPDATE " + table + " SET " + fence + " = ? WHERE " + key + " = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, floor);
            statement.setObject(2, id);
            return statement.executeUpdate() > 0;
        }
    }
}
