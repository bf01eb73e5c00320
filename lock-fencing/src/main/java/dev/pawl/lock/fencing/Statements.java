package dev.pawl.lock.fencing;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.fencing.internal.SqlErrors;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the forms of the guard do alike. */
final class Statements {

    /** The table is not there: the standard's states, and the codes of MariaDB and H2. */
    private static final Set<String> NO_TABLE_STATES = Set.of("42P01", "42S02", "42S04", "3F000");

    private static final Set<String> CONFLICT_STATES = Set.of("40001", "40P01", "55P03", "23505");
    private static final Integer[] CONFLICT_CODES = {1205, 1213, 1020, 50200, 90131};

    private Statements() {}

    /** Binds values from an index on. */
    static void bind(PreparedStatement statement, int first, @Nullable Object... values) throws SQLException {
        int index = first;
        for (@Nullable Object value : values) {
            statement.setObject(index++, value);
        }
    }

    /** How many rows a statement that was executed has changed: those that it returns, if it returns what it has changed. */
    static int changed(PreparedStatement statement, boolean isRows) throws SQLException {
        if (!isRows) {
            return Math.max(0, statement.getUpdateCount());
        }
        int count = 0;
        try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
                count++;
            }
        }
        return count;
    }

    static boolean isMissingTable(SQLException e) {
        return SqlErrors.hasState(e, NO_TABLE_STATES);
    }

    private static boolean isConflict(SQLException e) {
        return SqlErrors.hasState(e, CONFLICT_STATES) || SqlErrors.hasCode(e, CONFLICT_CODES);
    }

    /** What went wrong while a token was checked; its cause keeps the database's own code. */
    static LockBackendException fault(String lock, long startNanos, FenceTable table, SQLException e) {
        if (isMissingTable(e)) {
            return fault(
                    lock,
                    startNanos,
                    "the fence table " + table.name()
                            + " is missing; call JdbcFencingGuard.createTable, or have this run:\n" + table.ddl(),
                    e);
        }
        if (isConflict(e)) {
            return fault(
                    lock,
                    startNanos,
                    "another transaction of this lock came in between; roll back and begin again: " + e.getMessage(),
                    e);
        }
        return fault(lock, startNanos, "the token could not be checked: " + e.getMessage(), e);
    }

    static LockBackendException fault(String lock, long startNanos, String what, SQLException e) {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
        String state = e.getSQLState() == null ? "" : " [" + e.getSQLState() + "]";
        return new LockBackendException(
                lock, elapsed, null, "lock '" + lock + "': after " + elapsed.toMillis() + " ms " + what + state, e);
    }
}
