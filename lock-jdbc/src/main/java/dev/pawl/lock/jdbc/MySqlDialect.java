package dev.pawl.lock.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** MySQL: as MariaDB, but without {@code RETURNING}: an attempt is answered by one number, as the generated key. */
final class MySqlDialect extends MariaDbDialect {

    /** Tokens are microseconds since 1970: less than this until the year 2112. The bits above count a grant's tokens. */
    private static final long COUNT_UNIT = 1L << 52;

    /** What {@code NOWAIT} says. It ends the statement only. */
    private static final int LOCK_NOT_AVAILABLE = 3572;

    MySqlDialect(String table) {
        super("mysql", table, plus(STATEMENTS, "joined", "joined-create", "last-insert-id", "sessions", "uptime"));
    }

    @Override
    String product() {
        return "MySQL";
    }

    @Override
    @Nullable
    Reply acquire(Connection connection, String key, String owner, String member, long leaseMicros)
            throws SQLException {
        try (PreparedStatement statement = sql("acquire")
                .on(
                        connection,
                        Map.of("name", key, "owner", owner, "lease", leaseMicros),
                        Statement.RETURN_GENERATED_KEYS)) {
            statement.executeUpdate();
            try (ResultSet keys = statement.getGeneratedKeys()) {
                return keys.next() ? decoded(keys.getLong(1)) : lastInsertId(connection);
            }
        }
    }

    /** The driver gives no key for a statement that changed nothing when its URL says useAffectedRows=true. */
    private Reply lastInsertId(Connection connection) throws SQLException {
        try (PreparedStatement statement = sql("last-insert-id").on(connection, Map.of());
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return decoded(rows.getLong(1));
        }
    }

    private static Reply decoded(long number) {
        long count = number / COUNT_UNIT;
        long rest = number % COUNT_UNIT;
        return count > 0 ? Reply.granted(rest, rest - count) : Reply.busy(rest);
    }

    /** It can neither refuse to wait in a statement that writes, nor make the row as it locks it. */
    @Override
    long lockJoined(Connection connection, String key, Duration patience) throws SQLException {
        try {
            Boolean free = lockNow(connection, key);
            if (free == null) {
                createRowSoon(connection, key);
                free = lockNow(connection, key);
            }
            return unlessLeased(free != null && free ? raiseToken(connection, key) : 0);
        } catch (SQLException e) {
            if (e.getErrorCode() == LOCK_NOT_AVAILABLE) {
                return 0;
            }
            return busyIfTimedOut(connection, e);
        }
    }

    /** Whether the row that is locked now is free; null if there is none. */
    private @Nullable Boolean lockNow(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement = sql("joined").on(connection, Map.of("name", key));
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? rows.getBoolean(1) : null;
        }
    }

    /** Another may be making the row in its transaction: that is waited for, but not for the 50 s that are MySQL's default. */
    private void createRowSoon(Connection connection, String key) throws SQLException {
        try (Statement setting = connection.createStatement()) {
            long before;
            try (ResultSet rows = setting.executeQuery("SELECT @@SESSION.innodb_lock_wait_timeout")) {
                rows.next();
                before = rows.getLong(1);
            }
            waitForRows(setting, 1);
            try {
                sql("joined-create").update(connection, Map.of("name", key));
            } catch (SQLException e) {
                try {
                    waitForRows(setting, before);
                } catch (SQLException broken) {
                    e.addSuppressed(broken);
                }
                throw e;
            }
            waitForRows(setting, before);
        }
    }

    private static void waitForRows(Statement setting, long seconds) throws SQLException {
        setting.execute("SET SESSION innodb_lock_wait_timeout = " + seconds);
    }

    /** By what every version has, and shows a user who has no privilege of its own sessions. */
    @Override
    boolean isThere(Connection connection, long session, long ageMicros) throws SQLException {
        try (PreparedStatement uptime = sql("uptime").on(connection, Map.of());
                ResultSet rows = uptime.executeQuery()) {
            if (!rows.next() || rows.getLong(2) * 1_000_000 <= ageMicros) {
                return false;
            }
        }
        try (PreparedStatement sessions = sql("sessions").on(connection, Map.of());
                ResultSet rows = sessions.executeQuery()) {
            while (rows.next()) {
                if (rows.getLong(1) == session) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    boolean canAcquireAll() {
        return false;
    }

    @Override
    Map<String, Reply> acquireAll(Connection connection, SortedMap<String, String> owners, long leaseMicros) {
        return Map.of();
    }
}
