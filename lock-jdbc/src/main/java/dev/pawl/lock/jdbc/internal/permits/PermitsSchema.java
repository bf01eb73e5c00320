package dev.pawl.lock.jdbc.internal.permits;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.fencing.internal.SqlErrors;
import dev.pawl.lock.fencing.internal.TableShape;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Schema;
import dev.pawl.lock.jdbc.internal.exchange.Faults;
import dev.pawl.lock.spi.BackendFault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the table of permits is there when somebody first asks for permits: who takes locks alone does without it. Safe for use by
 * several threads.
 */
final class PermitsSchema {

    private static final Set<String> COLUMNS =
            Set.of("owner", "name", "client", "state", "permits", "most", "place", "turn_micros", "ends_micros");

    private static final String KEY = "a primary key on owner alone";

    /** How often a table of another shape is looked at again, and when. */
    private static final int LOOKS = 10;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private final Dialect dialect;
    private final boolean createTable;
    private final Faults faults;
    private final Schema lockTable;
    private volatile boolean isReady;

    /** Whether the database seems to have lost a table that was there. */
    private volatile boolean wasLost;

    /**
     * @param createTable whether it is created when it is missing
     */
    PermitsSchema(Dialect dialect, boolean createTable, Faults faults) {
        this.dialect = dialect;
        this.createTable = createTable;
        this.faults = faults;
        this.lockTable = new Schema(dialect, createTable);
    }

    /** No exchange once it has been there. */
    void prepare(Connection connection) throws SQLException {
        if (isReady) {
            return;
        }
        if (wasLost) {
            prepareLockTable(connection);
        }
        if (!isThere(connection)) {
            create(connection);
        }
        isReady = true;
    }

    /** The start has seen it. */
    private void prepareLockTable(Connection connection) throws SQLException {
        try {
            lockTable.prepare(connection);
            wasLost = false;
        } catch (LockConfigException e) {
            throw faults.fault("cannot serve a semaphore or a reader-writer lock: " + e.getMessage(), e);
        }
    }

    /** A statement has failed: whether both tables are there is looked at again if it may be for that. */
    void suspect(SQLException failure) {
        if (SqlErrors.hasState(failure, "42P01", "42S02", "42S03", "42S04", "3F000")
                || SqlErrors.hasCode(failure, 1146)) {
            isReady = false;
            wasLost = true;
        }
    }

    private void create(Connection connection) throws SQLException {
        if (!createTable) {
            throw missing("pawl.jdbc.create-table=false", null);
        }
        try {
            dialect.createTable(connection, dialect.permitsSql("create-table"));
        } catch (SQLException e) {
            if (SqlErrors.spoilsConnection(e)) {
                throw e;
            }
            if (!isThere(connection)) {
                throw missing("this user cannot create it (" + e.getMessage() + ")", e);
            }
        }
    }

    private boolean isThere(Connection connection) throws SQLException {
        TableShape shape = settled(connection);
        String wrong = shape.wrong(Set.of());
        if (shape.isThere() && !wrong.isEmpty()) {
            throw faults.fault(
                    "has a table " + dialect.permitsTable()
                            + " of another shape, which semaphores and reader-writer locks cannot" + " use: " + wrong
                            + ". Alter it, or drop it while nobody uses it. What is needed:\n" + ddl(),
                    null);
        }
        return shape.isThere();
    }

    /** H2 shows a table before it has its key: one of another shape may be in the making. */
    private TableShape settled(Connection connection) throws SQLException {
        TableShape shape = look(connection);
        for (int i = 0; i < LOOKS && shape.isThere() && !shape.wrong(Set.of()).isEmpty(); i++) {
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            shape = look(connection);
        }
        return shape;
    }

    private TableShape look(Connection connection) throws SQLException {
        String table = dialect.permitsTable();
        int dot = table.indexOf('.');
        Map<String, ?> names =
                Map.of("schema", table.substring(0, Math.max(0, dot)), "table", table.substring(dot + 1));
        try (PreparedStatement statement = dialect.permitsSql("shape").on(connection, names);
                ResultSet rows = statement.executeQuery()) {
            return TableShape.read(rows, COLUMNS, KEY);
        }
    }

    private BackendFault missing(String why, @Nullable Throwable cause) {
        return faults.fault(
                "has no table " + dialect.permitsTable() + ", which semaphores and reader-writer locks need, and " + why
                        + "; run:\n" + ddl(),
                cause);
    }

    private String ddl() {
        return dialect.permitsSql("create-table").text() + ";";
    }
}
