package dev.pawl.lock.jdbc.internal.postgresql;

import dev.pawl.lock.jdbc.internal.dialect.Connector;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Reply;
import dev.pawl.lock.jdbc.internal.dialect.WaitQueue;
import dev.pawl.lock.jdbc.internal.dialect.WakeUps;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The queue in the lock rows of PostgreSQL. A client that listens shows the others by an advisory lock that it lives. */
final class PostgresQueue implements WaitQueue {

    private final Dialect dialect;

    /** What all statements that may wake others are told. */
    private final Map<String, ?> waking;

    PostgresQueue(Dialect dialect, Map<String, ?> waking) {
        this.dialect = dialect;
        this.waking = waking;
    }

    @Override
    public boolean enqueue(Connection connection, String key, String member) throws SQLException {
        return dialect.sql("enqueue").update(connection, values(Map.of("name", key, "member", member))) > 0;
    }

    @Override
    public boolean passOn(Connection connection, String key, String member) throws SQLException {
        Map<String, ?> values = values(Map.of("name", key, "member", member, "presence", PostgresWakeUps.PRESENCE));
        try (PreparedStatement statement = dialect.sql("pass-on").on(connection, values);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    @Override
    public @Nullable Reply extend(Connection connection, String key, String owner) throws SQLException {
        try (PreparedStatement statement =
                        dialect.sql("extend").on(connection, values(Map.of("name", key, "owner", owner)));
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? Reply.granted(rows.getLong(1), rows.getLong(2)) : null;
        }
    }

    private Map<String, ?> values(Map<String, ?> more) {
        Map<String, Object> all = new TreeMap<>(waking);
        all.putAll(more);
        return all;
    }

    @Override
    public @Nullable WakeUps listen(
            Connector connector, boolean lent, String node, Duration limit, AfterReconnect afterReconnect)
            throws SQLException {
        return dialect.sharesSessions()
                ? null
                : PostgresWakeUps.open(connector, lent, dialect, node, limit, afterReconnect);
    }
}
