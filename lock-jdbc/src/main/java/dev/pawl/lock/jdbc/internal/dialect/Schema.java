package dev.pawl.lock.jdbc.internal.dialect;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.fencing.internal.SqlErrors;
import dev.pawl.lock.fencing.internal.TableShape;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to it that the lock table is there, and is as the statements need it, whoever has made it. */
public final class Schema {

    private static final Logger LOG = LoggerFactory.getLogger(Schema.class);

    private final Dialect dialect;
    private final boolean createTable;

    public Schema(Dialect dialect, boolean createTable) {
        this.dialect = dialect;
        this.createTable = createTable;
    }

    /**
     * Checks the table; creates it, and adds the columns that an older version did without, if that is wanted.
     *
     * @throws LockConfigException if it is missing or has another shape; says what to run
     */
    public void prepare(Connection connection) throws SQLException {
        TableShape shape = look(connection);
        if (createTable && isOlder(shape)) {
            addColumns(connection);
            shape = look(connection);
        }
        if (check(shape)) {
            return;
        }
        if (createTable) {
            create(connection);
        }
        if (!check(connection)) {
            throw new LockConfigException("the lock table " + dialect.table() + " is missing in " + dialect.product()
                    + (createTable ? ", although it was just created" : ", and pawl.jdbc.create-table=false")
                    + "; run:\n" + ddl());
        }
    }

    /**
     * Looks at the table, in one exchange.
     *
     * @return whether there is one
     * @throws LockConfigException if it is not as the statements need it; says in what, and what to do
     */
    public boolean check(Connection connection) throws SQLException {
        return check(look(connection));
    }

    private TableShape look(Connection connection) throws SQLException {
        try (PreparedStatement statement = dialect.sql("shape").on(connection, names());
                ResultSet rows = statement.executeQuery()) {
            return TableShape.read(rows, dialect.columns(), dialect.key());
        }
    }

    /** It has all but columns that may be empty. */
    private static boolean isOlder(TableShape shape) {
        return shape.isThere()
                && !shape.missing().isEmpty()
                && Dialect.newColumns().containsAll(shape.missing())
                && shape.misfits().isEmpty();
    }

    private boolean check(TableShape shape) {
        if (isOlder(shape)) {
            throw new LockConfigException("the lock table " + dialect.table() + " in " + dialect.product()
                    + " is of an older version, it lacks " + shape.missing()
                    + "; clients of that version go on when you add them. Run:\n"
                    + dialect.sql("add-columns").text() + ";");
        }
        String wrong = shape.wrong(Set.of());
        if (shape.isThere() && !wrong.isEmpty()) {
            throw new LockConfigException("the lock table " + dialect.table() + " in " + dialect.product()
                    + " has another shape: " + wrong
                    + ". Two could hold one lock in it, or none. If it is Pawl's own, from an older version, drop it while nobody"
                    + " holds a lock; if others made it, alter it, or choose another name with pawl.jdbc.table. What is"
                    + " needed:\n" + ddl());
        }
        return shape.isThere();
    }

    private Map<String, ?> names() {
        int dot = dialect.table().indexOf('.');
        return Map.of(
                "schema", dialect.table().substring(0, Math.max(0, dot)),
                "table", dialect.table().substring(dot + 1));
    }

    private String ddl() {
        return dialect.sql("create-table").text() + ";";
    }

    /** One that may not, or that another was faster than, finds out by the look that follows. */
    private void addColumns(Connection connection) throws SQLException {
        try {
            dialect.sql("add-columns").update(connection, Map.of());
        } catch (SQLException e) {
            if (SqlErrors.spoilsConnection(e)) {
                throw e;
            }
            LOG.debug("the columns that the lock table {} lacks cannot be added", dialect.table(), e);
        }
    }

    private void create(Connection connection) throws SQLException {
        try {
            dialect.createTable(connection);
        } catch (SQLException e) {
            if (SqlErrors.spoilsConnection(e)) {
                // Which is given up: it cannot be asked for what somebody else has made.
                throw e;
            }
            if (!check(connection)) {
                throw new LockConfigException(
                        "the lock table " + dialect.table() + " is missing in " + dialect.product()
                                + ", and this user cannot create it (" + e.getMessage() + "); run:\n" + ddl(),
                        e);
            }
        }
    }
}
