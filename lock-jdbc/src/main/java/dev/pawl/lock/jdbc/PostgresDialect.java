package dev.pawl.lock.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** PostgreSQL: the queue of waiters in the lock row, and {@code NOTIFY}. */
final class PostgresDialect extends Dialect {

    /** Before the id of a node: the channel that it listens on. */
    static final String CHANNEL = "pawl_";

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Serialization failure, deadlock, unique violation, lock not available. */
    private static final Set<String> LOST_RACES = Set.of("40001", "40P01", "23505", LOCK_NOT_AVAILABLE);

    private static final Map<String, ?> WAKING =
            Map.of("reservation", RESERVATION.toNanos() / 1_000, "channel", CHANNEL);

    PostgresDialect(String table) {
        super(
                "postgresql",
                table,
                List.of(
                        "acquire",
                        "acquire-all",
                        "columns",
                        "create-row",
                        "create-table",
                        "encrypted",
                        "end-session",
                        "enqueue",
                        "extend",
                        "guard",
                        "joined",
                        "leave",
                        "lock-creation",
                        "look",
                        "pass-on",
                        "purge",
                        "release",
                        "renew",
                        "row-lock"));
    }

    @Override
    Set<String> columns() {
        Set<String> all = new TreeSet<>(super.columns());
        all.add("waiters");
        return all;
    }

    @Override
    void createTable(Connection connection) throws SQLException {
        try (Statement both = connection.createStatement()) {
            both.execute(sql("lock-creation").text() + ";" + sql("create-table").text());
        }
    }

    @Override
    String product() {
        return "PostgreSQL";
    }

    @Override
    String sessionSettings(Duration lockWait) {
        return "SET lock_timeout = " + lockWait.toMillis();
    }

    @Override
    @Nullable
    Reply acquire(Connection connection, String key, String owner, String member, long leaseMicros)
            throws SQLException {
        return one(
                connection,
                sql("acquire"),
                Map.of("name", key, "owner", owner, "member", member, "lease", leaseMicros));
    }

    @Override
    boolean canAcquireAll() {
        return true;
    }

    @Override
    Map<String, Reply> acquireAll(Connection connection, SortedMap<String, String> owners, long leaseMicros)
            throws SQLException {
        Map<String, Reply> granted = new TreeMap<>();
        Map<String, ?> values = Map.of(
                "names", owners.keySet(), "owners", owners.values(), "count", owners.size(), "lease", leaseMicros);
        try (PreparedStatement statement = sql("acquire-all").on(connection, values);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                granted.put(rows.getString(1), Reply.granted(rows.getLong(2), rows.getLong(3)));
            }
        }
        return granted;
    }

    /** Puts a waiter into the queue; false if it may have the lock instead. */
    boolean enqueue(Connection connection, String key, String member) throws SQLException {
        return sql("enqueue").update(connection, Map.of("name", key, "member", member)) > 0;
    }

    /** Reserves a lock that nobody has for the head of its queue. */
    void passOn(Connection connection, String key) throws SQLException {
        anyRow(connection, "pass-on", Map.of("name", key));
    }

    @Override
    boolean release(Connection connection, String key, String owner) throws SQLException {
        return anyRow(connection, "release", Map.of("name", key, "owner", owner));
    }

    @Override
    boolean forgetsReleases() {
        return true;
    }

    @Override
    void leave(Connection connection, String key, String owner, String member) throws SQLException {
        anyRow(connection, "leave", Map.of("name", key, "owner", owner, "member", member));
    }

    private boolean anyRow(Connection connection, String name, Map<String, ?> values) throws SQLException {
        Map<String, Object> all = new TreeMap<>(WAKING);
        all.putAll(values);
        try (PreparedStatement statement = sql(name).on(connection, all);
                ResultSet rows = statement.executeQuery()) {
            return rows.next();
        }
    }

    @Override
    Set<String> renew(Connection connection, Collection<String> keys, Collection<String> owners) throws SQLException {
        Set<String> renewed = new TreeSet<>();
        try (PreparedStatement statement = sql("renew").on(connection, Map.of("names", keys, "owners", owners));
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                renewed.add(rows.getString(1));
            }
        }
        return renewed;
    }

    /** More tokens for a hold, or null if others wait or it is gone. */
    @Nullable
    Reply extend(Connection connection, String key, String owner) throws SQLException {
        try (PreparedStatement statement = sql("extend").on(connection, Map.of("name", key, "owner", owner));
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? Reply.granted(rows.getLong(1), rows.getLong(2)) : null;
        }
    }

    @Override
    @Nullable
    Reply lockRow(Connection connection, String key, Duration silence) throws SQLException {
        return one(connection, sql("row-lock"), Map.of("name", key, "silence", Long.toString(silence.toMillis())));
    }

    /** It was set for the transaction. */
    @Override
    void allowSilence(Connection connection) {}

    @Override
    long lockJoined(Connection connection, String key, Duration patience) throws SQLException {
        long token = 0;
        Map<String, ?> values = Map.of("name", key, "timeout", Math.max(1, patience.toMillis()));
        try (PreparedStatement statement = sql("joined").on(connection, values)) {
            token = tokenIn(statement);
        } catch (SQLException e) {
            undo(connection, e);
            // Another try ends no deadlock and takes no newer snapshot: what the transaction has stays, and so would
            // the wait.
            if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                throw e;
            }
            return 0;
        }
        if (token == 0) {
            undo(connection, null);
        }
        return token;
    }

    /** The savepoint and the settings answer too: the token stands in a column called so. */
    private static long tokenIn(PreparedStatement statement) throws SQLException {
        Guarded row = rowIn(statement, false);
        return row == null ? 0 : row.token();
    }

    private static @Nullable Guarded rowIn(PreparedStatement statement, boolean tellsHeld) throws SQLException {
        Guarded row = null;
        boolean isRows = statement.execute();
        while (isRows || statement.getUpdateCount() != -1) {
            if (isRows) {
                try (ResultSet rows = statement.getResultSet()) {
                    boolean isToken = rows.getMetaData().getColumnName(1).equals("token");
                    row = isToken && rows.next() ? new Guarded(rows.getLong(1), tellsHeld && rows.getBoolean(2)) : row;
                }
            }
            isRows = statement.getMoreResults();
        }
        return row;
    }

    @Override
    @Nullable
    Guarded guard(Connection connection, String key, long token, Duration patience) throws SQLException {
        Map<String, ?> values = Map.of("name", key, "value", token, "timeout", patience.toMillis());
        try (PreparedStatement statement = sql("guard").on(connection, values)) {
            return rowIn(statement, true);
        }
    }

    /** Gives back the row, which an attempt in vain may have locked, and the caller's settings. */
    private static void undo(Connection connection, @Nullable SQLException primary) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("ROLLBACK TO SAVEPOINT pawl_joined; RELEASE SAVEPOINT pawl_joined");
        } catch (SQLException e) {
            if (primary == null) {
                throw e;
            }
            primary.addSuppressed(e);
        }
    }

    @Override
    boolean isLostRace(SQLException e) {
        return hasState(e, LOST_RACES);
    }

    /** The driver was told when the connection was made. */
    @Override
    boolean knowsSession() {
        return true;
    }

    @Override
    long session(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getBackendPID();
    }

    @Override
    boolean endSession(Connection connection, long session, long ageMicros) throws SQLException {
        try (PreparedStatement end = sql("end-session").on(connection, Map.of("session", session, "age", ageMicros));
                ResultSet running = end.executeQuery()) {
            return !running.next();
        }
    }
}
