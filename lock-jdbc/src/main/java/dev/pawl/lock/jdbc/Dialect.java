package dev.pawl.lock.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The lock table in the words of one database: its statements and its errors. Every method that takes a connection is one
 * exchange, unless it says otherwise. Safe for use by several threads.
 */
abstract class Dialect {

    /** The longest that a waiter may take from its wake-up to its attempt. */
    static final Duration RESERVATION = Duration.ofMillis(100);

    private final String folder;
    private final String table;
    private final Map<String, Sql> statements = new HashMap<>();

    Dialect(String folder, String table, List<String> names) {
        this.folder = folder;
        this.table = table;
        for (String name : names) {
            statements.put(name, Sql.read(folder, name, table));
        }
    }

    /** Finds out which database this is; its drivers say so without asking it. */
    static Dialect of(Connection connection, String table) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        String version = connection.getMetaData().getDatabaseProductVersion();
        // Connector/J calls a MariaDB "MySQL", but does not hide its version.
        String name = version.contains("MariaDB") ? "MariaDB" : product;
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "postgresql" -> new PostgresDialect(table);
            case "mariadb" -> new MariaDbDialect(table);
            case "mysql" -> new MySqlDialect(table);
            case "h2" -> new H2Dialect(table);
            default ->
                throw new SQLException("the database is " + product + " " + version
                        + ", but Pawl knows PostgreSQL, MariaDB, MySQL and H2");
        };
    }

    final Sql sql(String name) {
        Sql statement = statements.get(name);
        if (statement == null) {
            throw new IllegalStateException(folder + " has no statement " + name);
        }
        return statement;
    }

    final String table() {
        return table;
    }

    /** The columns that the statements use. */
    Set<String> columns() {
        return Set.of("name", "owner", "token", "previous", "expires_at", "lease_micros");
    }

    /** Creates the lock table. */
    void createTable(Connection connection) throws SQLException {
        sql("create-table").update(connection, Map.of());
    }

    /** The database's name, for messages. */
    abstract String product();

    /**
     * Whether the driver ends a read when its time limit is over, and not later. Over TLS none does: it closes the socket
     * then, and the JDK's waits as long again for the server to say goodbye.
     */
    boolean keepsTimeLimits(Connection connection) {
        try (PreparedStatement encrypted = sql("encrypted").on(connection, Map.of());
                ResultSet rows = encrypted.executeQuery()) {
            return rows.next() && !rows.getBoolean(1);
        } catch (SQLException e) {
            // Who does not say may be.
            return false;
        }
    }

    /** What is set on each connection of our own pool: how long a statement may wait for a row. */
    abstract String sessionSettings(Duration lockWait);

    // --- lease mode --------------------------------------------------------------------------------------------

    /**
     * Tries for a lock once.
     *
     * @return null if another came in between
     */
    abstract @Nullable Reply acquire(Connection connection, String key, String owner, String member, long leaseMicros)
            throws SQLException;

    /** Tries for several locks at once, each for its owner, and says which were granted; perhaps only some. */
    Map<String, Reply> acquireAll(Connection connection, SortedMap<String, String> owners, long leaseMicros)
            throws SQLException {
        return Map.of();
    }

    /** Whether {@link #acquireAll} can be had. */
    boolean canAcquireAll() {
        return false;
    }

    /** Gives back what the owner has. */
    boolean release(Connection connection, String key, String owner) throws SQLException {
        return sql("release").update(connection, Map.of("name", key, "owner", owner)) > 0;
    }

    /** Whether a crash of the server may undo a {@link #release} that it has just confirmed. */
    boolean forgetsReleases() {
        return false;
    }

    /** Gives back all that a contest has: a hold, and where there is a queue its place and a reservation. */
    void leave(Connection connection, String key, String owner, String member) throws SQLException {
        release(connection, key, owner);
    }

    /** Renews holds whose owners still have them, and says which those were. Two exchanges if one of them was not. */
    Set<String> renew(Connection connection, Collection<String> keys, Collection<String> owners) throws SQLException {
        int count = sql("renew").update(connection, Map.of("names", keys, "owners", owners));
        if (count == keys.size()) {
            return Set.copyOf(keys);
        }
        // It has waited for every row, so what its owner has still was renewed.
        Set<String> renewed = new HashSet<>();
        look(connection, keys).forEach((key, holder) -> {
            if (owners.contains(holder.owner())) {
                renewed.add(key);
            }
        });
        return renewed;
    }

    /** Who has the locks. */
    final Map<String, Holder> look(Connection connection, Collection<String> keys) throws SQLException {
        Map<String, Holder> holders = new HashMap<>();
        try (PreparedStatement statement = sql("look").on(connection, Map.of("names", keys));
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                holders.put(rows.getString(1), new Holder(rows.getString(2), rows.getLong(3)));
            }
        }
        return holders;
    }

    /**
     * Who has a lock.
     *
     * @param owner empty for nobody; {@code ~} and a member for whom it is reserved
     * @param leftMicros for how long
     */
    record Holder(String owner, long leftMicros) {

        boolean isReservation() {
            return owner.startsWith("~");
        }
    }

    final int purge(Connection connection, Duration idle) throws SQLException {
        return sql("purge").update(connection, Map.of("idle", idle.toNanos() / 1_000));
    }

    // --- row mode ----------------------------------------------------------------------------------------------

    /**
     * Locks the row in the open transaction unless it is locked, and raises its token. Several exchanges.
     *
     * @param silence after how long without a word from us the database ends the session
     * @return null if it is locked or missing
     */
    @Nullable
    Reply lockRow(Connection connection, String key, Duration silence) throws SQLException {
        Reply reply = lockRow(connection, key);
        if (reply != null && reply.granted()) {
            sql("row-silence")
                    .update(
                            connection,
                            Map.of("seconds", silence.plusMillis(999).toSeconds()));
        }
        return reply;
    }

    /** The same, and nothing is set on the session. */
    final @Nullable Reply lockRow(Connection connection, String key) throws SQLException {
        Reply reply = one(connection, sql("row-lock"), Map.of("name", key));
        return reply != null && reply.granted() ? Reply.granted(raiseToken(connection, key), reply.token()) : reply;
    }

    /** Of a row that the transaction has locked. */
    final long raiseToken(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement =
                sql("row-token").on(connection, Map.of("name", key), Statement.RETURN_GENERATED_KEYS)) {
            statement.executeUpdate();
            try (ResultSet keys = statement.getGeneratedKeys()) {
                if (!keys.next()) {
                    throw new SQLException("the driver did not answer with the token of the lock");
                }
                return keys.getLong(1);
            }
        }
    }

    /** Undoes what {@link #lockRow} has set on the session and the end of its transaction does not undo. */
    void allowSilence(Connection connection) throws SQLException {
        sql("row-silence-default").update(connection, Map.of());
    }

    final void createRow(Connection connection, String key) throws SQLException {
        sql("create-row").update(connection, Map.of("name", key));
    }

    // --- joined mode -------------------------------------------------------------------------------------------

    /**
     * Locks the row in the caller's transaction, and raises its token. Leaves the transaction as it was, and usable, when it
     * does not.
     *
     * @param patience how long it may wait in the database
     * @return the token, or 0 if another has the lock
     */
    abstract long lockJoined(Connection connection, String key, Duration patience) throws SQLException;

    /**
     * What a guard finds in the row of a lock.
     *
     * @param token the last token
     * @param held whether the token that was asked about is of the grant that has the lock
     */
    record Guarded(long token, boolean held) {}

    /**
     * Keeps the lock where it is until the caller's transaction ends.
     *
     * @param patience how long it may wait in the database, where that can be said
     * @return null if nobody has ever had the lock
     */
    @Nullable
    Guarded guard(Connection connection, String key, long token, Duration patience) throws SQLException {
        try (PreparedStatement statement = sql("guard").on(connection, Map.of("name", key, "value", token))) {
            // Not executeQuery: Connector/J refuses it for MariaDB's SET STATEMENT.
            if (!statement.execute()) {
                throw new SQLException("the database did not answer with the row of the lock");
            }
            try (ResultSet rows = statement.getResultSet()) {
                return rows.next() ? new Guarded(rows.getLong(1), rows.getBoolean(2)) : null;
            }
        }
    }

    // --- errors and sessions -----------------------------------------------------------------------------------

    /** Whether the statement lost a race and changed nothing: worth another try. */
    abstract boolean isLostRace(SQLException e);

    /** Whether {@link #session} needs no I/O. */
    boolean knowsSession() {
        return false;
    }

    /** A number for the session behind a connection, with which another can end it. */
    abstract long session(Connection connection) throws SQLException;

    /**
     * Asks for the end of a session of ours, and with it of whatever it was still to carry out. Numbers are given again after a
     * restart: a session that is younger is somebody else's.
     *
     * @param ageMicros how long ago it did something for us
     * @return whether it is gone
     */
    abstract boolean endSession(Connection connection, long session, long ageMicros) throws SQLException;

    static @Nullable Reply one(Connection connection, Sql sql, Map<String, ?> values) throws SQLException {
        try (PreparedStatement statement = sql.on(connection, values);
                ResultSet rows = statement.executeQuery()) {
            return Reply.of(rows);
        }
    }

    static boolean hasState(SQLException e, Set<String> states) {
        String state = e.getSQLState();
        return state != null && states.contains(state);
    }
}
