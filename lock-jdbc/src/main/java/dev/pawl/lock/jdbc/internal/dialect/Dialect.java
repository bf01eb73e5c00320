package dev.pawl.lock.jdbc.internal.dialect;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The lock table in the words of one database: its statements and its errors. Every method that takes a connection is one
 * exchange, unless it says otherwise. Safe for use by several threads.
 */
public abstract class Dialect {

    /** The longest that a waiter may take from its wake-up to its attempt. */
    public static final Duration RESERVATION = Duration.ofMillis(100);

    /** Stands before the owner of a lock that has let go, and whom nobody may follow yet. No owner's id begins with it. */
    static final String KEPT = "=";

    /** How many rows one {@link #purge} removes at the most. */
    public static final int PURGED_AT_ONCE = 1_000;

    /**
     * How long a statement may wait for a row that others have locked, at the most. Its connection waits with it; those of lease mode
     * lock a row for a moment only, and the exchange is repeated.
     */
    public static final Duration ROW_WAIT = Duration.ofSeconds(1);

    /** Twice as many as the connections of a pool by default. */
    private static final int EXCHANGES_AT_ONCE = 8;

    private static final int LAST_ASCII = 0x7f;

    /** How long a transaction of Pawl's own may be silent, where a session can be ended for that. */
    protected static final Duration SILENCE = Duration.ofSeconds(5);

    private final List<String> folders;
    private final String table;
    private final Duration rowWait;
    private final Map<String, Sql> statements = new HashMap<>();
    private final Map<String, Sql> permitsStatements = new ConcurrentHashMap<>();

    /**
     * @param folders where its statements are: those of one database, then those of its family
     * @param rowWait how long a statement may wait for a row that others have locked; see {@link #ROW_WAIT}
     */
    protected Dialect(List<String> folders, String table, Duration rowWait, List<String> names) {
        this.folders = folders;
        this.table = table;
        this.rowWait = rowWait;
        for (String name : names) {
            statements.put(name, Sql.read(folders, name, table));
        }
    }

    public final Sql sql(String name) {
        Sql statement = statements.get(name);
        if (statement == null) {
            throw new IllegalStateException(product() + " has no statement " + name);
        }
        return statement;
    }

    /** The name of a lock's row. */
    public final String key(String namespace, String name) {
        return Keys.of(namespace, name, storesUnicode());
    }

    /** Whether every name can be stored. */
    public boolean storesUnicode() {
        return true;
    }

    public final String table() {
        return table;
    }

    /** How long a statement may wait for a row that others have locked. */
    public final Duration rowWait() {
        return rowWait;
    }

    /** The key that the statements rely on. */
    public String key() {
        return "a unique key on name alone";
    }

    /** The columns that the statements use. */
    public Set<String> columns() {
        return Set.of("name", "owner", "token", "previous", "expires_at", "lease_micros", "holder", "granted_at");
    }

    /** Those of them that a table of an older version lacks. */
    static Set<String> newColumns() {
        return Set.of("holder", "granted_at");
    }

    /** Creates the lock table. */
    public final void createTable(Connection connection) throws SQLException {
        createTable(connection, sql("create-table"));
    }

    /** Creates a table by this statement. */
    public void createTable(Connection connection, Sql create) throws SQLException {
        create.update(connection, Map.of());
    }

    /** The database's name, for messages. */
    public abstract String product();

    /**
     * Whether the driver ends a read when its time limit is over, and not later. Over TLS none does: it closes the socket
     * then, and the JDK's waits as long again for the server to say goodbye.
     */
    public boolean keepsTimeLimits(Connection connection) {
        try (PreparedStatement encrypted = sql("encrypted").on(connection, Map.of());
                ResultSet rows = encrypted.executeQuery()) {
            return rows.next() && !rows.getBoolean(1);
        } catch (SQLException e) {
            // Who does not say may be.
            return false;
        }
    }

    /** How long it keeps what it confirms on this connection. */
    public abstract Keeps keeps(Connection connection) throws SQLException;

    /** What is set on each connection of our own pool: above all, how long a statement may wait for a row. Null for nothing. */
    public abstract @Nullable String sessionSettings();

    /**
     * The dialect for connections like this one, which may be those of a pooler.
     *
     * @param connection in autocommit mode
     * @param another opens a second one
     */
    public Dialect onConnectionsLike(Connection connection, Connector another) throws SQLException {
        return this;
    }

    /** Whether each transaction may be of another session, which is then lent to others. */
    public boolean sharesSessions() {
        return false;
    }

    // --- lease mode --------------------------------------------------------------------------------------------

    /**
     * Tries for a lock once.
     *
     * @param holder what the client of the owner calls itself: see {@link #label}
     * @return null if another came in between
     */
    public abstract @Nullable Reply acquire(
            Connection connection, String key, String owner, String holder, String member, long leaseMicros)
            throws SQLException;

    /** Tries for several locks at once, each for its owner, and says which were granted; perhaps only some. */
    public Map<String, Reply> acquireAll(
            Connection connection, SortedMap<String, String> owners, String holder, long leaseMicros)
            throws SQLException {
        return Map.of();
    }

    /** Whether {@link #acquireAll} can be had. */
    public boolean canAcquireAll() {
        return false;
    }

    /** Gives back what the owner has. */
    public boolean release(Connection connection, String key, String owner) throws SQLException {
        return sql("release").update(connection, Map.of("name", key, "owner", owner)) > 0;
    }

    /** Renews one hold for a time of its own, if its owner still has it. */
    public final boolean renew(Connection connection, String key, String owner, Duration time) throws SQLException {
        return keep(connection, Map.of("name", key, "owner", owner, "then", owner, "rest", micros(time)));
    }

    /** Takes a lock from its owner, and keeps it from everybody for a time. */
    public final boolean releaseLater(Connection connection, String key, String owner, Duration rest)
            throws SQLException {
        return keep(connection, Map.of("name", key, "owner", owner, "then", KEPT + owner, "rest", micros(rest)));
    }

    /** Sets how long an owner, or nobody, has the row. */
    protected boolean keep(Connection connection, Map<String, ?> values) throws SQLException {
        return sql("keep").update(connection, values) > 0;
    }

    /** Whether the driver may have sent a statement again by itself, so that its answer is not that of the first. No I/O. */
    public boolean mayHaveSentTwice(Connection connection) throws SQLException {
        return false;
    }

    /** Whether a crash of the server may undo a {@link #release} that it has just confirmed. */
    public boolean forgetsReleases() {
        return false;
    }

    /** Gives back all that a contest has: a hold, and where there is a queue its place and a reservation. */
    public void leave(Connection connection, String key, String owner, String member) throws SQLException {
        release(connection, key, owner);
    }

    /** Renews holds whose owners still have them, and says which those were. Two exchanges if one of them was not. */
    public Set<String> renew(Connection connection, Collection<String> keys, Collection<String> owners)
            throws SQLException {
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
    public final Map<String, Holder> look(Connection connection, Collection<String> keys) throws SQLException {
        Map<String, Holder> holders = new HashMap<>();
        try (PreparedStatement statement = sql("look").on(connection, Map.of("names", keys));
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                holders.put(rows.getString(1), new Holder(rows.getString(2), rows.getLong(3)));
            }
        }
        return holders;
    }

    /** A label as the database can store it: no attempt may fail for it. */
    public final String label(String holder) {
        StringBuilder label = new StringBuilder(holder.length());
        holder.codePoints()
                .map(c -> storesUnicode() || c <= LAST_ASCII ? c : '?')
                .map(c -> Character.getType(c) == Character.SURROGATE ? '?' : c)
                .forEach(label::appendCodePoint);
        return label.toString();
    }

    /** Who has a lock, or null if nobody does. */
    public final @Nullable Held inspect(Connection connection, String key) throws SQLException {
        List<Held> held = held(connection, sql("inspect"), Map.of("name", key));
        return held.isEmpty() ? null : held.get(0);
    }

    /** Who has which of the locks whose rows begin with a prefix, by name, and at the most so many. */
    public final List<Held> list(Connection connection, String prefix, int limit) throws SQLException {
        String pattern = prefix.replaceAll("[|%_]", "|$0") + "%";
        return held(connection, sql("list"), Map.of("pattern", pattern, "limit", limit));
    }

    private static List<Held> held(Connection connection, Sql sql, Map<String, ?> values) throws SQLException {
        List<Held> held = new ArrayList<>();
        try (PreparedStatement statement = sql.on(connection, values);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                held.add(Held.read(rows));
            }
        }
        return held;
    }

    /** Revokes a lock whose last token is this, and raises that by one. False if it is not, or nobody has the lock. */
    public boolean revoke(Connection connection, String key, long seen) throws SQLException {
        return sql("revoke").update(connection, Map.of("name", key, "seen", seen)) > 0;
    }

    /** Frees a lock whose last token is this, and raises that by one. False if it is not, or nobody has the lock. */
    public boolean forceRelease(Connection connection, String key, long seen) throws SQLException {
        return sql("force-release").update(connection, Map.of("name", key, "seen", seen)) > 0;
    }

    /** Removes rows that nobody has had for so long, but none that is locked. Several exchanges; nobody waits for them. */
    public abstract int purge(Connection connection, Duration idle) throws SQLException;

    protected static long micros(Duration time) {
        return time.toNanos() / 1_000;
    }

    /** The first column of what a statement finds. */
    protected static List<String> names(Connection connection, Sql sql, Map<String, ?> values) throws SQLException {
        List<String> names = new ArrayList<>();
        try (PreparedStatement statement = sql.on(connection, values);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    // --- permits ------------------------------------------------------------------------------------------------

    /** A statement that only those need who ask for permits: it is read from the jar when it is first asked for. */
    public final Sql permitsSql(String name) {
        return permitsStatements.computeIfAbsent(
                name,
                unread -> Sql.read(
                        Stream.concat(folders.stream(), Stream.of("permits")).toList(), "permits-" + unread, table));
    }

    public final String permitsTable() {
        return Sql.permitsTable(table);
    }

    /**
     * The row of a name, which the transaction has for itself.
     *
     * @param token the last token granted
     * @param nowMicros since 1970 by the database's clock; perhaps as old as the wait for the row
     */
    public record Locked(long token, long nowMicros) {}

    /**
     * Keeps all others from the row of a name until the transaction ends.
     *
     * @return null if there is no such row
     */
    public @Nullable Locked lockName(Connection transaction, String key) throws SQLException {
        Map<String, ?> values = Map.of(
                "name", key,
                "wait", Long.toString(rowWait.toMillis()),
                "silence", Long.toString(SILENCE.toMillis()));
        try (PreparedStatement statement = permitsSql("lock").on(transaction, values)) {
            // Not executeQuery: Connector/J refuses it for MariaDB's SET STATEMENT.
            statement.execute();
            try (ResultSet rows = statement.getResultSet()) {
                return rows.next() ? new Locked(rows.getLong(1), rows.getLong(2)) : null;
            }
        }
    }

    /** Tells waiters that it is their turn, once the transaction is committed, where a database can. */
    public void wake(Connection transaction, Collection<String> owners) throws SQLException {
        // Most have no messages: there waiters look.
    }

    // --- what only some databases have -----------------------------------------------------------------------------

    /** The queue of waiters, where the lock row has one. */
    public Optional<WaitQueue> queue() {
        return Optional.empty();
    }

    /** Statements for a lock that nobody else wants, where they cost less. */
    public Optional<ShortPath> shortPath() {
        return Optional.empty();
    }

    /** The locks of rows that hold a lock in row mode, where a database has such as last. */
    public Optional<RowLocks> rowLocks() {
        return Optional.empty();
    }

    /** How many exchanges at once the database is given at the most. */
    public int exchangesAtOnce() {
        return EXCHANGES_AT_ONCE;
    }

    // --- joined mode -------------------------------------------------------------------------------------------

    public final void createRow(Connection connection, String key) throws SQLException {
        sql("create-row").update(connection, Map.of("name", key));
    }

    /**
     * Locks the row in the caller's transaction, and raises its token. Leaves the transaction as it was, and usable, when it says
     * that another has it.
     *
     * @param patience how long it may wait in the database
     * @return the token, or 0 if another has the lock
     */
    public abstract long lockJoined(Connection connection, String key, Duration patience) throws SQLException;

    /**
     * Keeps the lock where it is until the caller's transaction ends.
     *
     * @param patience how long it may wait in the database, where that can be said
     * @return null if nobody has ever had the lock
     */
    public @Nullable Guarded guard(Connection connection, String key, long token, Duration patience)
            throws SQLException {
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
    public abstract boolean isLostRace(SQLException e);

    /** Whether {@link #session} needs no I/O. */
    public boolean knowsSession() {
        return false;
    }

    /** A number for the session behind a connection, with which another can end it. */
    public abstract long session(Connection connection) throws SQLException;

    /**
     * Asks for the end of a session of ours, and with it of whatever it was still to carry out. Numbers are given again after a
     * restart: a session that is younger is somebody else's.
     *
     * @param ageMicros how long ago it did something for us
     * @return whether it is gone
     */
    public abstract boolean endSession(Connection connection, long session, long ageMicros) throws SQLException;

    protected static @Nullable Reply one(Connection connection, Sql sql, Map<String, ?> values) throws SQLException {
        try (PreparedStatement statement = sql.on(connection, values);
                ResultSet rows = statement.executeQuery()) {
            return Reply.of(rows);
        }
    }
}
