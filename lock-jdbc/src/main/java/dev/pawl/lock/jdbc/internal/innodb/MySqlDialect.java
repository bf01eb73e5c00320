package dev.pawl.lock.jdbc.internal.innodb;

import dev.pawl.lock.jdbc.internal.dialect.Reply;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** MySQL, which has no {@code RETURNING}: an attempt is answered by one number, as the generated key. */
public final class MySqlDialect extends InnoDbDialect {

    /** Tokens are microseconds since 1970: less than this until the year 2112. The bits above count a grant's tokens. */
    private static final long COUNT_UNIT = 1L << 52;

    /** What {@code NOWAIT} says. It ends the statement only. */
    private static final int LOCK_NOT_AVAILABLE = 3572;

    public MySqlDialect(String table, Duration rowWait) {
        super("mysql", table, rowWait, List.of("joined-create", "last-insert-id", "sessions", "uptime"));
    }

    @Override
    public String product() {
        return "MySQL";
    }

    @Override
    public @Nullable Reply acquire(
            Connection connection, String key, String owner, String holder, String member, long leaseMicros)
            throws SQLException {
        try (PreparedStatement statement = sql("acquire")
                .on(
                        connection,
                        Map.of("name", key, "owner", owner, "holder", holder, "lease", leaseMicros),
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
    public @Nullable Boolean lockNow(Connection connection, String key) throws SQLException {
        try {
            Boolean free = select(connection, "joined", key);
            if (free == null) {
                // Another may be making the row: that is waited for, but not for the 50 s that are the default.
                free = waiting(connection, 1, () -> {
                    sql("joined-create").update(connection, Map.of("name", key));
                    return select(connection, "joined", key);
                });
            }
            return free;
        } catch (SQLException e) {
            if (e.getErrorCode() != LOCK_NOT_AVAILABLE) {
                requireTimeout(connection, e);
            }
            return null;
        }
    }

    @Override
    public @Nullable Boolean awaitRow(Connection connection, String key, long seconds) throws SQLException {
        try {
            return waiting(connection, seconds, () -> select(connection, "joined-wait", key));
        } catch (SQLException e) {
            requireTimeout(connection, e);
            return null;
        }
    }

    /** Whether the row that is locked now is free; null if there is none. */
    private @Nullable Boolean select(Connection connection, String statement, String key) throws SQLException {
        try (PreparedStatement select = sql(statement).on(connection, Map.of("name", key));
                ResultSet rows = select.executeQuery()) {
            return rows.next() ? rows.getBoolean(1) : null;
        }
    }

    @FunctionalInterface
    private interface Step {
        @Nullable
        Boolean run() throws SQLException;
    }

    /** A step that waits so long for a row; the session's own patience is as it was afterwards. */
    private static @Nullable Boolean waiting(Connection connection, long seconds, Step step) throws SQLException {
        try (Statement setting = connection.createStatement()) {
            long before;
            try (ResultSet rows = setting.executeQuery("SELECT @@SESSION.innodb_lock_wait_timeout")) {
                rows.next();
                before = rows.getLong(1);
            }
            waitForRows(setting, seconds);
            Boolean result;
            try {
                result = step.run();
            } catch (SQLException e) {
                try {
                    waitForRows(setting, before);
                } catch (SQLException broken) {
                    e.addSuppressed(broken);
                }
                throw e;
            }
            waitForRows(setting, before);
            return result;
        }
    }

    private static void waitForRows(Statement setting, long seconds) throws SQLException {
        setting.execute("SET SESSION innodb_lock_wait_timeout = " + seconds);
    }

    /** By what every version has, and shows a user who has no privilege of its own sessions. */
    @Override
    public boolean isThere(Connection connection, long session, long ageMicros) throws SQLException {
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
}
