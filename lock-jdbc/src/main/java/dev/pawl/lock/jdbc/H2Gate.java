package dev.pawl.lock.jdbc;

import dev.pawl.lock.spi.LockNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What keeps transactions of one lock apart on H2, whose row locks do not when one of them is rolled back (decision 40): a row that
 * the transaction makes and removes again. Its key is taken until the transaction ends, and H2 spins for it: so the queue stands
 * before it, a row that is locked. Both are rows of the lock table whose names no lock has.
 */
final class H2Gate {

    private static final int ROUNDS = 5;

    private final Dialect dialect;

    H2Gate(Dialect dialect) {
        this.dialect = dialect;
    }

    void pass(Connection transaction, String key) throws SQLException {
        String hash = LockNames.sha256(key);
        standInQueue(transaction, "~queue:" + hash);
        String gate = "~gate:" + hash;
        dialect.createRow(transaction, gate);
        dialect.sql("remove-gate").update(transaction, Map.of("name", gate));
    }

    private void standInQueue(Connection transaction, String queue) throws SQLException {
        SQLException last = null;
        for (int round = 0; round < ROUNDS; round++) {
            if (isThere(transaction, queue)) {
                return;
            }
            last = create(transaction, queue);
            if (last == null) {
                return;
            }
        }
        throw last == null ? new SQLException("the queue of a lock came and went", "40001") : last;
    }

    private boolean isThere(Connection transaction, String queue) throws SQLException {
        try (PreparedStatement statement = dialect.sql("queue").on(transaction, Map.of("name", queue));
                ResultSet rows = statement.executeQuery()) {
            return rows.next();
        }
    }

    /** The unique violation if another was faster, else null. */
    private @Nullable SQLException create(Connection transaction, String queue) throws SQLException {
        try {
            dialect.sql("create-queue").update(transaction, Map.of("name", queue));
            return null;
        } catch (SQLException e) {
            if (!H2Dialect.UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
            return e;
        }
    }
}
