package dev.pawl.lock.jdbc.internal.innodb;

import dev.pawl.lock.jdbc.internal.dialect.Reply;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** MariaDB: {@code INSERT … ON DUPLICATE KEY UPDATE … RETURNING}. */
public final class MariaDbDialect extends InnoDbDialect {

    public MariaDbDialect(String table, Duration rowWait) {
        super("mariadb", table, rowWait, List.of("acquire-all", "find-session"));
    }

    @Override
    public String product() {
        return "MariaDB";
    }

    /** A transaction of ours that stands still would keep a row from everybody. */
    @Override
    public String sessionSettings() {
        return super.sessionSettings() + ", idle_transaction_timeout = " + SILENCE.toSeconds();
    }

    @Override
    public @Nullable Reply acquire(
            Connection connection, String key, String owner, String holder, String member, long leaseMicros)
            throws SQLException {
        // Not executeQuery: Connector/J refuses it for an INSERT.
        try (PreparedStatement statement = sql("acquire")
                .on(connection, Map.of("name", key, "owner", owner, "holder", holder, "lease", leaseMicros))) {
            statement.execute();
            try (ResultSet rows = statement.getResultSet()) {
                return Reply.of(rows);
            }
        }
    }

    @Override
    public boolean canAcquireAll() {
        return true;
    }

    @Override
    public Map<String, Reply> acquireAll(
            Connection connection, SortedMap<String, String> owners, String holder, long leaseMicros)
            throws SQLException {
        Map<String, Reply> granted = new TreeMap<>();
        Set<String> answered = new HashSet<>();
        try (PreparedStatement statement = sql("acquire-all")
                .on(connection, Map.of("wanted", Json.pairs(owners), "holder", holder, "lease", leaseMicros))) {
            statement.execute();
            try (ResultSet rows = statement.getResultSet()) {
                while (rows.next()) {
                    if (!answered.add(rows.getString(1))) {
                        throw Reply.ranTwice();
                    }
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
    public @Nullable Boolean lockNow(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement = sql("joined").on(connection, Map.of("name", key))) {
            statement.execute();
            try (ResultSet rows = statement.getResultSet()) {
                rows.next();
                return rows.getBoolean(1);
            }
        } catch (SQLException e) {
            requireTimeout(connection, e);
            return null;
        }
    }

    @Override
    public @Nullable Boolean awaitRow(Connection connection, String key, long seconds) throws SQLException {
        try (PreparedStatement statement = sql("joined-wait").on(connection, Map.of("name", key, "seconds", seconds))) {
            // Not executeQuery: Connector/J refuses it for SET STATEMENT.
            statement.execute();
            try (ResultSet rows = statement.getResultSet()) {
                return rows.next() ? rows.getBoolean(1) : null;
            }
        } catch (SQLException e) {
            requireTimeout(connection, e);
            return null;
        }
    }

    @Override
    public boolean isThere(Connection connection, long session, long ageMicros) throws SQLException {
        try (PreparedStatement running =
                        sql("find-session").on(connection, Map.of("session", session, "age", ageMicros));
                ResultSet rows = running.executeQuery()) {
            return rows.next();
        }
    }
}
