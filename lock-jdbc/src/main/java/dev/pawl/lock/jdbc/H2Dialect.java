package dev.pawl.lock.jdbc;

import dev.pawl.lock.Guarantees.TokenDurability;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** H2: {@code FINAL TABLE}. A busy attempt takes a second statement. */
final class H2Dialect extends Dialect {

    /** Deadlock, unique violation, and by number: lock timeout, concurrent update. */
    private static final Set<String> LOST_RACES = Set.of("40001", "23505");

    private static final int LOCK_TIMEOUT = 50200;
    static final String UNIQUE_VIOLATION = "23505";
    private static final Set<Integer> LOST_RACE_CODES = Set.of(LOCK_TIMEOUT, 90131);

    private final H2Gate gate = new H2Gate(this);

    H2Dialect(String table) {
        super(
                "h2",
                table,
                List.of(
                        "acquire",
                        "columns",
                        "create",
                        "create-queue",
                        "create-table",
                        "create-row",
                        "end-session",
                        "guard",
                        "joined",
                        "keeps",
                        "look",
                        "purge",
                        "queue",
                        "release",
                        "remove-gate",
                        "renew"));
    }

    /** H2's driver has no time limit for an answer; and it closes its file when a thread is interrupted in it. */
    @Override
    boolean keepsTimeLimits(Connection connection) {
        return false;
    }

    /** What a commit outlives: H2 writes it to the file half a second later, unless it is told otherwise. */
    TokenDurability durability(Connection connection) throws SQLException {
        try (PreparedStatement keeps = sql("keeps").on(connection, Map.of());
                ResultSet rows = keeps.executeQuery()) {
            rows.next();
            if (!rows.getBoolean(1)) {
                return TokenDurability.PROCESS;
            }
            return rows.getLong(2) > 0 ? TokenDurability.CLOCK_FLOORED : TokenDurability.DURABLE;
        }
    }

    @Override
    String product() {
        return "H2";
    }

    @Override
    String sessionSettings(Duration lockWait) {
        return "SET LOCK_TIMEOUT " + lockWait.toMillis();
    }

    @Override
    @Nullable
    Reply acquire(Connection connection, String key, String owner, String member, long leaseMicros)
            throws SQLException {
        Map<String, ?> values = Map.of("name", key, "owner", owner, "lease", leaseMicros);
        Reply granted = one(connection, sql("acquire"), values);
        if (granted != null) {
            return granted;
        }
        Holder holder = look(connection, List.of(key)).get(key);
        return holder == null ? one(connection, sql("create"), values) : Reply.busy(holder.leftMicros());
    }

    /** Behind the gate, so that a rollback of one does not let two in. Who has waited in vain opens it again. */
    @Override
    long lockJoined(Connection connection, String key, Duration patience) throws SQLException {
        Savepoint before = connection.setSavepoint();
        long token = 0;
        try {
            gate.pass(connection, key);
            token = joined(connection, key);
            if (token == 0 && look(connection, List.of(key)).get(key) == null) {
                createRow(connection, key);
                token = joined(connection, key);
            }
        } catch (SQLException e) {
            if (e.getErrorCode() != LOCK_TIMEOUT && !UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
        }
        if (token == 0) {
            connection.rollback(before);
        }
        return token;
    }

    /** Behind the gate, or a rollback of one guarded transaction would let the row go from under the next. */
    @Override
    @Nullable
    Guarded guard(Connection connection, String key, long token, Duration patience) throws SQLException {
        gate.pass(connection, key);
        return super.guard(connection, key, token, patience);
    }

    private long joined(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement = sql("joined").on(connection, Map.of("name", key));
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    @Override
    boolean isLostRace(SQLException e) {
        return hasState(e, LOST_RACES) || LOST_RACE_CODES.contains(e.getErrorCode());
    }

    @Override
    long session(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT session_id()");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    boolean endSession(Connection connection, long session, long ageMicros) throws SQLException {
        try (PreparedStatement end = sql("end-session").on(connection, Map.of("session", session, "age", ageMicros));
                ResultSet running = end.executeQuery()) {
            return !running.next();
        }
    }
}
