package dev.pawl.lock.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** MySQL: as MariaDB, but without {@code RETURNING}: an attempt is answered by one number, as the generated key. */
final class MySqlDialect extends MariaDbDialect {

    /** Tokens are microseconds since 1970: less than this until the year 2112. The bits above count a grant's tokens. */
    private static final long COUNT_UNIT = 1L << 52;

    MySqlDialect(String table) {
        super("mysql", table, STATEMENTS);
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
                return keys.next() ? decoded(keys.getLong(1)) : null;
            }
        }
    }

    private static Reply decoded(long number) {
        long count = number / COUNT_UNIT;
        long rest = number % COUNT_UNIT;
        return count > 0 ? Reply.granted(rest, rest - count) : Reply.busy(rest);
    }

    /** In three statements at the most: it can neither refuse to wait in one that writes, nor make the row as it locks it. */
    @Override
    long lockJoined(Connection connection, String key, Duration patience) throws SQLException {
        Reply reply = lockRow(connection, key);
        if (reply == null && !look(connection, List.of(key)).containsKey(key)) {
            createRow(connection, key);
            reply = lockRow(connection, key);
        }
        return reply == null ? 0 : unlessLeased(reply.granted() ? reply.token() : 0);
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
