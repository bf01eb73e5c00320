package dev.pawl.lock.fencing;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.fencing.internal.SqlFiles;
import dev.pawl.lock.fencing.internal.TableShape;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The fence table in the words of one database. Safe for use by several threads, each with its own connection. */
abstract class FenceTable {

    private static final Logger LOG = LoggerFactory.getLogger(FenceTable.class);

    /** Operators read the DDL there. */
    static final SqlFiles FILES = new SqlFiles(FenceTable.class, "/dev/pawl/lock/fencing/");

    /** What a look finds beside the shape. */
    private static final String ENCODING = "encoding";

    private static final String COMMIT = "commit";

    /** Where its statements are: those of one database, then those of its family. */
    private final List<String> folders;

    private final String table;

    /** The databases whose table was looked at, by their URLs, and whether they store every character. */
    private final Map<String, Boolean> known = new ConcurrentHashMap<>();

    FenceTable(List<String> folders, String table) {
        this.folders = folders;
        this.table = table;
    }

    /**
     * Lets a token in unless a newer one is, and keeps other writers out until the transaction ends.
     *
     * @return the newest token: the one given, or a newer one
     */
    abstract long enter(Connection transaction, String key, long token) throws SQLException;

    void reset(Connection connection, String key, long floor) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql("reset"))) {
            statement.setString(1, key);
            statement.setLong(2, floor);
            statement.executeUpdate();
        }
    }

    final void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(ddl());
        } catch (SQLException e) {
            // Two that create a table at once meet in PostgreSQL's catalogue: the one that comes too late looks again.
            if (!"23505".equals(e.getSQLState())) {
                throw e;
            }
            try (Statement again = connection.createStatement()) {
                again.execute(ddl());
            }
        }
    }

    /** The columns that the statements use. */
    Set<String> columns() {
        return Set.of("lock_name", "token");
    }

    /** The key that the statements rely on. */
    String key() {
        return "a unique key on lock_name alone";
    }

    /**
     * Looks at the table when its database is met for the first time, in one exchange: a guard has no other start. Where there is
     * none, the statement that needs it says so.
     *
     * @return the key of a lock there
     * @throws LockConfigException if it is not as the statements need it; says in what, and what to do
     */
    final String keyOf(String lock, Connection connection) throws SQLException {
        Boolean unicode = known.get(url(connection));
        return FenceKeys.of(lock, unicode != null ? unicode : look(connection));
    }

    /** The same, whether it was looked at before or not; says whether the database stores every character. */
    final boolean look(Connection connection) throws SQLException {
        TableShape shape;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql("shape"))) {
            shape = TableShape.read(rows, columns(), key());
        }
        boolean unicode = shape.misfits(ENCODING).isEmpty();
        if (shape.isThere()) {
            requireShape(shape.wrong(Set.of(ENCODING, COMMIT)));
            known.put(url(connection), unicode);
            List<String> late = shape.misfits(COMMIT).stream()
                    .map(setting -> setting.what() + "=" + setting.value())
                    .toList();
            if (!late.isEmpty()) {
                LOG.warn(
                        "the fence table {} is in a server that confirms commits before they are on the disk ({}): if it crashes, it"
                                + " forgets who has entered in the last moment, with all that was written under it, and lets an"
                                + " older token in",
                        table,
                        String.join(", ", late));
            }
        }
        return unicode;
    }

    private static String url(Connection connection) throws SQLException {
        return Objects.requireNonNullElse(connection.getMetaData().getURL(), "");
    }

    private void requireShape(String wrong) {
        if (!wrong.isEmpty()) {
            throw new LockConfigException("the fence table " + table + " has another shape: " + wrong
                    + ". It could let a stale token in. Alter it, or name another one. What is needed:\n" + ddl());
        }
    }

    /** What an operator may run instead. */
    final String ddl() {
        return sql("create-table");
    }

    final String name() {
        return table;
    }

    final String sql(String statement) {
        return FILES.read(folders, statement, table);
    }

    /** Runs a statement with a lock and a token for the one number that it yields. */
    static long ask(Connection connection, String sql, String key, long token) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, key);
            statement.setLong(2, token);
            // Not executeQuery(): Connector/J refuses an INSERT there, whatever it returns.
            boolean answered = statement.execute();
            try (ResultSet rows = answered ? statement.getResultSet() : null) {
                if (rows == null || !rows.next()) {
                    throw new SQLException("the fence table took the token and did not answer");
                }
                return rows.getLong(1);
            }
        }
    }
}
