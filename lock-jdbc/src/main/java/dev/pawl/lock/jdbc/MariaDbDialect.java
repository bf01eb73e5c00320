package dev.pawl.lock.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** MariaDB: {@code INSERT … ON DUPLICATE KEY UPDATE … RETURNING}. */
class MariaDbDialect extends Dialect {

    static final List<String> STATEMENTS = List.of(
            "acquire",
            "columns",
            "create-row",
            "create-table",
            "encrypted",
            "guard",
            "look",
            "purge",
            "release",
            "renew",
            "row-lock",
            "row-silence",
            "row-silence-default",
            "row-token");

    /**
     * Deadlock, lock wait timeout, duplicate key, record changed since it was read. By number: the two drivers give 1205
     * different states.
     */
    private static final Set<Integer> LOST_RACES = Set.of(1213, 1205, 1062, 1020);

    private static final int LOCK_WAIT_TIMEOUT = 1205;
    private static final int NO_SUCH_THREAD = 1094;

    MariaDbDialect(String table) {
        this("mariadb", table, plus(STATEMENTS, "acquire-all", "find-session", "joined"));
    }

    MariaDbDialect(String folder, String table, List<String> names) {
        super(folder, table, names);
    }

    static List<String> plus(List<String> names, String... more) {
        List<String> all = new ArrayList<>(names);
        all.addAll(List.of(more));
        return all;
    }

    @Override
    String product() {
        return "MariaDB";
    }

    @Override
    String sessionSettings(Duration lockWait) {
        return "SET SESSION innodb_lock_wait_timeout = " + Math.max(1, lockWait.toSeconds());
    }

    @Override
    @Nullable
    Reply acquire(Connection connection, String key, String owner, String member, long leaseMicros)
            throws SQLException {
        // Not executeQuery: Connector/J refuses it for an INSERT.
        try (PreparedStatement statement =
                sql("acquire").on(connection, Map.of("name", key, "owner", owner, "lease", leaseMicros))) {
            statement.execute();
            try (ResultSet rows = statement.getResultSet()) {
                return Reply.of(rows);
            }
        }
    }

    @Override
    boolean canAcquireAll() {
        return true;
    }

    @Override
    Map<String, Reply> acquireAll(Connection connection, SortedMap<String, String> owners, long leaseMicros)
            throws SQLException {
        Map<String, Reply> granted = new TreeMap<>();
        try (PreparedStatement statement =
                sql("acquire-all").on(connection, Map.of("wanted", Json.pairs(owners), "lease", leaseMicros))) {
            statement.execute();
            try (ResultSet rows = statement.getResultSet()) {
                while (rows.next()) {
                    boolean ours = rows.getString(2).equals(owners.get(rows.getString(1)));
                    if (ours) {
                        granted.put(rows.getString(1), Reply.granted(rows.getLong(3), rows.getLong(4)));
                    }
                }
            }
        }
        return granted;
    }

    @Override
    long lockJoined(Connection connection, String key, Duration patience) throws SQLException {
        boolean free;
        try (PreparedStatement statement = sql("joined").on(connection, Map.of("name", key))) {
            statement.execute();
            try (ResultSet rows = statement.getResultSet()) {
                free = rows.next() && rows.getBoolean(1);
            }
        } catch (SQLException e) {
            return busyIfTimedOut(connection, e);
        }
        return unlessLeased(free ? raiseToken(connection, key) : 0);
    }

    /** No token, if it is a wait for the row that has failed, and alone: a server can be told to end the transaction with it. */
    static long busyIfTimedOut(Connection connection, SQLException failure) throws SQLException {
        if (failure.getErrorCode() != LOCK_WAIT_TIMEOUT) {
            throw failure;
        }
        try (PreparedStatement statement = connection.prepareStatement("SELECT @@GLOBAL.innodb_rollback_on_timeout");
                ResultSet rows = statement.executeQuery()) {
            if (rows.next() && rows.getBoolean(1)) {
                throw new SQLException(
                        "the lock is held by others, and the server has rolled the transaction back for it"
                                + " (innodb_rollback_on_timeout); begin it again",
                        "40000",
                        failure);
            }
        }
        return 0;
    }

    /** The row is locked now, and InnoDB gives it back with the transaction only: its holder would wait for us, and we for it. */
    static long unlessLeased(long token) throws SQLException {
        if (token == 0) {
            throw new SQLException(
                    "the lock is held in lease mode, which a transaction cannot wait for on this database; roll back, and use"
                            + " one mode for one lock",
                    "25001");
        }
        return token;
    }

    @Override
    final boolean isLostRace(SQLException e) {
        return LOST_RACES.contains(e.getErrorCode());
    }

    @Override
    final long session(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT connection_id()");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    final boolean endSession(Connection connection, long session, long ageMicros) throws SQLException {
        if (!isThere(connection, session, ageMicros)) {
            return true;
        }
        try (PreparedStatement kill = connection.prepareStatement("KILL " + session)) {
            kill.execute();
            return false;
        } catch (SQLException e) {
            if (e.getErrorCode() == NO_SUCH_THREAD) {
                return true;
            }
            throw e;
        }
    }

    /** Whether a session is there that was so long ago. */
    boolean isThere(Connection connection, long session, long ageMicros) throws SQLException {
        try (PreparedStatement running =
                        sql("find-session").on(connection, Map.of("session", session, "age", ageMicros));
                ResultSet rows = running.executeQuery()) {
            return rows.next();
        }
    }
}
