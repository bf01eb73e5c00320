package dev.pawl.lock.jdbc.internal.postgresql;

import dev.pawl.lock.fencing.internal.SqlErrors;
import dev.pawl.lock.jdbc.internal.dialect.Connector;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Guarded;
import dev.pawl.lock.jdbc.internal.dialect.Keeps;
import dev.pawl.lock.jdbc.internal.dialect.Reply;
import dev.pawl.lock.jdbc.internal.dialect.RowLocks;
import dev.pawl.lock.jdbc.internal.dialect.ShortPath;
import dev.pawl.lock.jdbc.internal.dialect.Sql;
import dev.pawl.lock.jdbc.internal.dialect.WaitQueue;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** PostgreSQL: the queue of waiters in the lock row, and {@code NOTIFY}. */
public final class PostgresDialect extends Dialect implements RowLocks {

    /** The class of the advisory locks by which transactions make the row of a new lock one after the other. */
    private static final int CREATION = PostgresWakeUps.PRESENCE + 1;

    /** A pooler has made up the number that the driver knows, which may be that of a stranger's session. */
    private static final long NO_SESSION = 0;

    private static final String LOCK_NOT_AVAILABLE = "55P03";
    /** The encodings of databases that store every character: the second takes bytes for what they are. */
    private static final Set<String> UNICODE = Set.of("UTF8", "SQL_ASCII");

    private static final String OFF = "off";

    /** Serialization failure, deadlock, unique violation, lock not available. */
    private static final Set<String> LOST_RACES = Set.of("40001", "40P01", "23505", LOCK_NOT_AVAILABLE);

    private final boolean storesUnicode;
    private final boolean sharesSessions;
    private final String wait;
    private final Map<String, ?> waking;
    private final PostgresQueue queue;
    private final PostgresShortPath shortPath;

    private PostgresDialect(String table, Duration rowWait, boolean storesUnicode, boolean sharesSessions) {
        super(
                List.of("postgresql"),
                table,
                rowWait,
                List.of(
                        "acquire",
                        "acquire-all",
                        "acquire-free",
                        "acquire-many",
                        "add-columns",
                        "shape",
                        "create-row",
                        "create-table",
                        "encrypted",
                        "end-session",
                        "enqueue",
                        "extend",
                        "force-release",
                        "guard",
                        "inspect",
                        "joined",
                        "joined-now",
                        "keep",
                        "keeps",
                        "leave",
                        "list",
                        "lock-creation",
                        "look",
                        "pass-on",
                        "purge",
                        "release",
                        "release-alone",
                        "release-many",
                        "renew",
                        "revoke",
                        "row-lock"));
        this.storesUnicode = storesUnicode;
        this.sharesSessions = sharesSessions;
        wait = Long.toString(rowWait.toMillis());
        waking = Map.of("reservation", micros(RESERVATION), "channel", PostgresWakeUps.CHANNEL, "wait", wait);
        queue = new PostgresQueue(this, waking);
        shortPath = new PostgresShortPath(this);
    }

    /** Asks the driver for the database's encoding, which it was told when the connection was made. */
    public static PostgresDialect of(Connection connection, String table, Duration rowWait) throws SQLException {
        String encoding = connection.isWrapperFor(PGConnection.class)
                ? connection.unwrap(PGConnection.class).getParameterStatus("server_encoding")
                : null;
        return new PostgresDialect(table, rowWait, encoding == null || UNICODE.contains(encoding), false);
    }

    @Override
    public boolean storesUnicode() {
        return storesUnicode;
    }

    /** Behind a pooler that gives each transaction another session, nothing may be left on one. */
    @Override
    public Dialect onConnectionsLike(Connection connection, Connector another) throws SQLException {
        return Pooler.sharesSessions(connection, another)
                ? new PostgresDialect(table(), rowWait(), storesUnicode, true)
                : this;
    }

    @Override
    public Optional<WaitQueue> queue() {
        return Optional.of(queue);
    }

    @Override
    public Optional<ShortPath> shortPath() {
        return Optional.of(shortPath);
    }

    @Override
    public Optional<RowLocks> rowLocks() {
        return Optional.of(this);
    }

    @Override
    public boolean sharesSessions() {
        return sharesSessions;
    }

    @Override
    public Set<String> columns() {
        Set<String> all = new TreeSet<>(super.columns());
        all.add("waiters");
        return all;
    }

    @Override
    public void createTable(Connection connection, Sql create) throws SQLException {
        try (Statement both = connection.createStatement()) {
            both.execute(sql("lock-creation").text() + ";" + create.text());
        }
    }

    @Override
    public void wake(Connection transaction, Collection<String> owners) throws SQLException {
        try (PreparedStatement statement =
                permitsSql("wake").on(transaction, Map.of("channel", PostgresWakeUps.CHANNEL, "owners", owners))) {
            statement.execute();
        }
    }

    @Override
    public String product() {
        return "PostgreSQL";
    }

    @Override
    public Keeps keeps(Connection connection) throws SQLException {
        try (PreparedStatement keeps = sql("keeps").on(connection, Map.of());
                ResultSet rows = keeps.executeQuery()) {
            rows.next();
            if (rows.getString(1).equals(OFF)) {
                return Keeps.late("synchronous_commit=off");
            }
            if (rows.getString(2).equals(OFF)) {
                return Keeps.late("fsync=off");
            }
            if (!rows.getBoolean(3)) {
                return Keeps.floored(
                        "The lock table is unlogged: if the server crashes, all locks are forgotten and granted again.");
            }
            boolean lags = rows.getBoolean(5) && !rows.getBoolean(4);
            return lags ? Keeps.lagging() : Keeps.all();
        }
    }

    /** A role or a database may have switched synchronous commits off; what else they are is left. */
    @Override
    public @Nullable String sessionSettings() {
        return sharesSessions
                ? null
                : "SET lock_timeout = " + rowWait().toMillis()
                        + "; SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
    }

    @Override
    public @Nullable Reply acquire(
            Connection connection, String key, String owner, String holder, String member, long leaseMicros)
            throws SQLException {
        return one(
                connection,
                sql("acquire"),
                Map.of(
                        "name",
                        key,
                        "owner",
                        owner,
                        "holder",
                        holder,
                        "member",
                        member,
                        "lease",
                        leaseMicros,
                        "wait",
                        wait));
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
        Map<String, ?> values = Map.of(
                "names",
                owners.keySet(),
                "owners",
                owners.values(),
                "count",
                owners.size(),
                "holder",
                holder,
                "lease",
                leaseMicros,
                "wait",
                wait);
        try (PreparedStatement statement = sql("acquire-all").on(connection, values);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                granted.put(rows.getString(1), Reply.granted(rows.getLong(2), rows.getLong(3)));
            }
        }
        return granted;
    }

    @Override
    public boolean release(Connection connection, String key, String owner) throws SQLException {
        return anyRow(connection, "release", Map.of("name", key, "owner", owner));
    }

    @Override
    protected boolean keep(Connection connection, Map<String, ?> values) throws SQLException {
        Map<String, Object> all = new TreeMap<>(values);
        all.put("wait", wait);
        return super.keep(connection, all);
    }

    @Override
    public boolean forgetsReleases() {
        return true;
    }

    @Override
    public void leave(Connection connection, String key, String owner, String member) throws SQLException {
        anyRow(connection, "leave", Map.of("name", key, "owner", owner, "member", member));
    }

    @Override
    public boolean revoke(Connection connection, String key, long seen) throws SQLException {
        return sql("revoke").update(connection, Map.of("name", key, "seen", seen, "wait", wait)) > 0;
    }

    @Override
    public boolean forceRelease(Connection connection, String key, long seen) throws SQLException {
        return anyRow(connection, "force-release", Map.of("name", key, "seen", seen));
    }

    private boolean anyRow(Connection connection, String name, Map<String, ?> values) throws SQLException {
        Map<String, Object> all = new TreeMap<>(waking);
        all.putAll(values);
        try (PreparedStatement statement = sql(name).on(connection, all);
                ResultSet rows = statement.executeQuery()) {
            return rows.next();
        }
    }

    @Override
    public Set<String> renew(Connection connection, Collection<String> keys, Collection<String> owners)
            throws SQLException {
        Set<String> renewed = new TreeSet<>();
        try (PreparedStatement statement = sql("renew").on(connection, Map.of("names", keys, "owners", owners));
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                renewed.add(rows.getString(1));
            }
        }
        return renewed;
    }

    @Override
    public @Nullable Reply lockRow(Connection connection, String key, Duration silence) throws SQLException {
        return one(connection, sql("row-lock"), Map.of("name", key, "silence", Long.toString(silence.toMillis())));
    }

    /** It was set for the transaction. */
    @Override
    public void allowSilence(Connection connection) {}

    @Override
    public long lockJoined(Connection connection, String key, Duration patience) throws SQLException {
        try (PreparedStatement statement = sql("joined-now").on(connection, Map.of("name", key, "creation", CREATION));
                ResultSet rows = statement.executeQuery()) {
            if (rows.next()) {
                return rows.getLong(1);
            }
        }
        return waitJoined(connection, key, Math.max(1, patience.toMillis()));
    }

    private long waitJoined(Connection connection, String key, long timeoutMillis) throws SQLException {
        long token;
        Map<String, ?> values = Map.of("name", key, "timeout", timeoutMillis, "creation", CREATION);
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
        } else {
            try (Statement statement = connection.createStatement()) {
                statement.execute("RELEASE SAVEPOINT pawl_joined");
            }
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
    public @Nullable Guarded guard(Connection connection, String key, long token, Duration patience)
            throws SQLException {
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
    public boolean isLostRace(SQLException e) {
        return SqlErrors.hasState(e, LOST_RACES);
    }

    /** The driver was told when the connection was made. */
    @Override
    public boolean knowsSession() {
        return true;
    }

    @Override
    public long session(Connection connection) throws SQLException {
        return sharesSessions
                ? NO_SESSION
                : connection.unwrap(PGConnection.class).getBackendPID();
    }

    @Override
    public boolean endSession(Connection connection, long session, long ageMicros) throws SQLException {
        if (session == NO_SESSION) {
            return true;
        }
        try (PreparedStatement end = sql("end-session").on(connection, Map.of("session", session, "age", ageMicros))) {
            end.execute();
            end.getMoreResults();
            try (ResultSet running = end.getResultSet()) {
                return !running.next();
            }
        }
    }

    @Override
    public int purge(Connection connection, Duration idle) throws SQLException {
        return sql("purge").update(connection, Map.of("idle", micros(idle)));
    }
}
