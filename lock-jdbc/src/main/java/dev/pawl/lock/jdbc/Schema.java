package dev.pawl.lock.jdbc;

import dev.pawl.lock.LockConfigException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Sees to it that the lock table is there, and has the columns that the statements use. */
final class Schema {

    private final Dialect dialect;
    private final boolean createTable;

    Schema(Dialect dialect, boolean createTable) {
        this.dialect = dialect;
        this.createTable = createTable;
    }

    /**
     * Checks the table, and creates it if that is wanted.
     *
     * @throws LockConfigException if it is missing or has another shape; says what to run
     */
    void prepare(Connection connection) throws SQLException {
        if (createTable && columns(connection).isEmpty()) {
            create(connection);
        }
        Set<String> present = columns(connection);
        if (present.isEmpty()) {
            throw new LockConfigException("the lock table " + dialect.table() + " is missing in " + dialect.product()
                    + ", and pawl.jdbc.create-table=false; run:\n" + ddl());
        }
        Set<String> missing = new TreeSet<>(dialect.columns());
        missing.removeAll(present);
        if (!missing.isEmpty()) {
            throw new LockConfigException("the lock table " + dialect.table() + " in " + dialect.product()
                    + " has another shape: it lacks " + missing
                    + ". If it is Pawl's own, from an older version, drop it while nobody holds a lock; if not, choose"
                    + " another name with pawl.jdbc.table. The table that is needed:\n" + ddl());
        }
    }

    private String ddl() {
        return dialect.sql("create-table").text() + ";";
    }

    private void create(Connection connection) throws SQLException {
        try {
            dialect.createTable(connection);
        } catch (SQLException e) {
            if (columns(connection).isEmpty()) {
                throw new LockConfigException(
                        "the lock table " + dialect.table() + " is missing in " + dialect.product()
                                + ", and this user cannot create it (" + e.getMessage() + "); run:\n" + ddl(),
                        e);
            }
        }
    }

    /** The table's columns in lower case; none if there is no table. */
    private Set<String> columns(Connection connection) throws SQLException {
        int dot = dialect.table().indexOf('.');
        Map<String, ?> values = Map.of(
                "schema", dialect.table().substring(0, Math.max(0, dot)),
                "table", dialect.table().substring(dot + 1));
        Set<String> names = new TreeSet<>();
        try (PreparedStatement statement = dialect.sql("columns").on(connection, values);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                names.add(rows.getString(1).toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }
}
