package dev.pawl.lock.jdbc.internal.h2;

import dev.pawl.lock.Guarantees.TokenDurability;
import dev.pawl.lock.fencing.internal.SqlErrors;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Guarded;
import dev.pawl.lock.jdbc.internal.dialect.Holder;
import dev.pawl.lock.jdbc.internal.dialect.Keeps;
import dev.pawl.lock.jdbc.internal.dialect.Reply;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** H2: {@code FINAL TABLE}. A busy attempt takes a second statement. */
public final class H2Dialect extends Dialect {

    /** Deadlock, unique violation, and by number: lock timeout, concurrent update. */
    private static final Set<String> LOST_RACES = Set.of("40001", "23505");

    /** Its writers meet at one file, in one process. */
    private static final int EXCHANGES_AT_ONCE = 4;

    private static final int LOCK_TIMEOUT = 50200;
    private static final Set<Integer> LOST_RACE_CODES = Set.of(LOCK_TIMEOUT, 90131);

    private static final String WRITES_LATE =
            "If the process that serves the file is killed, what it granted in the last moment may be forgotten and granted"
                    + " again; WRITE_DELAY=0 in the URL prevents that.";

    private final H2Gate gate = new H2Gate(sql("queue"), sql("create-queue"), sql("create-row"), sql("remove-gate"));

    public H2Dialect(String table, Duration rowWait) {
        super(
                List.of("h2"),
                table,
                rowWait,
                List.of(
                        "acquire",
                        "add-columns",
                        "shape",
                        "create",
                        "create-queue",
                        "create-table",
                        "create-row",
                        "end-session",
                        "force-release",
                        "guard",
                        "inspect",
                        "joined",
                        "keep",
                        "keeps",
                        "list",
                        "look",
                        "purge",
                        "purge-row",
                        "queue",
                        "release",
                        "remove-gate",
                        "renew",
                        "revoke"));
    }

    /** H2's driver has no time limit for an answer; and it closes its file when a thread is interrupted in it. */
    @Override
    public boolean keepsTimeLimits(Connection connection) {
        return false;
    }

    /** A client in mixed mode does, when another process takes the file over. */
    @Override
    public boolean mayHaveSentTwice(Connection connection) throws SQLException {
        String url = connection.getMetaData().getURL();
        return url != null && url.toUpperCase(Locale.ROOT).contains("AUTO_SERVER=TRUE");
    }

    /** What a commit outlives: H2 writes it to the file half a second later, unless it is told otherwise. */
    @Override
    public Keeps keeps(Connection connection) throws SQLException {
        try (PreparedStatement keeps = sql("keeps").on(connection, Map.of());
                ResultSet rows = keeps.executeQuery()) {
            rows.next();
            if (!rows.getBoolean(1)) {
                return new Keeps(TokenDurability.PROCESS, "", null);
            }
            return rows.getLong(2) > 0 ? Keeps.floored(WRITES_LATE) : Keeps.all();
        }
    }

    @Override
    public String product() {
        return "H2";
    }

    @Override
    public int exchangesAtOnce() {
        return EXCHANGES_AT_ONCE;
    }

    @Override
    public String sessionSettings() {
        return "SET LOCK_TIMEOUT " + rowWait().toMillis();
    }

    @Override
    public @Nullable Reply acquire(
            Connection connection, String key, String owner, String holder, String member, long leaseMicros)
            throws SQLException {
        Map<String, ?> values = Map.of("name", key, "owner", owner, "holder", holder, "lease", leaseMicros);
        Reply granted = one(connection, sql("acquire"), values);
        if (granted != null) {
            return granted;
        }
        Holder other = look(connection, List.of(key)).get(key);
        return other == null ? one(connection, sql("create"), values) : Reply.busy(other.leftMicros());
    }

    /** Behind the gate: what a client that was killed had changed is rolled back. */
    @Override
    public @Nullable Locked lockName(Connection transaction, String key) throws SQLException {
        gate.pass(transaction, key);
        return super.lockName(transaction, key);
    }

    /** Behind the gate, so that a rollback of one does not let two in. Who has waited in vain opens it again. */
    @Override
    public long lockJoined(Connection connection, String key, Duration patience) throws SQLException {
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
            if (e.getErrorCode() != LOCK_TIMEOUT && !H2Gate.UNIQUE_VIOLATION.equals(e.getSQLState())) {
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
    public @Nullable Guarded guard(Connection connection, String key, long token, Duration patience)
            throws SQLException {
        gate.pass(connection, key);
        return super.guard(connection, key, token, patience);
    }

    private long joined(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement = sql("joined").on(connection, Map.of("name", key));
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    /** One row after the other: a statement that deletes many waits at the first that is locked, and keeps those before it. */
    @Override
    public int purge(Connection connection, Duration idle) throws SQLException {
        int purged = 0;
        for (String name : names(connection, sql("purge"), Map.of("idle", micros(idle)))) {
            try {
                purged += sql("purge-row").update(connection, Map.of("name", name, "idle", micros(idle)));
            } catch (SQLException e) {
                if (!isLostRace(e)) {
                    throw e;
                }
            }
        }
        return purged;
    }

    @Override
    public boolean isLostRace(SQLException e) {
        return SqlErrors.hasState(e, LOST_RACES) || LOST_RACE_CODES.contains(e.getErrorCode());
    }

    @Override
    public long session(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT session_id()");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    public boolean endSession(Connection connection, long session, long ageMicros) throws SQLException {
        try (PreparedStatement end = sql("end-session").on(connection, Map.of("session", session, "age", ageMicros));
                ResultSet running = end.executeQuery()) {
            return !running.next();
        }
    }
}
