package dev.pawl.lock.jdbc.internal.h2;

import dev.pawl.lock.jdbc.internal.dialect.Sql;
import dev.pawl.lock.spi.LockNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What keeps transactions of one lock apart on H2, whose row locks do not when one of them is rolled back (decision 40): a row that
 * the transaction makes and removes again. Its key is taken until the transaction ends, and H2 spins for it: so the queue stands
 * before it, a row that is locked. Both are rows of the lock table whose names no lock has.
 */
final class H2Gate {

    static final String UNIQUE_VIOLATION = "23505";

    /** More than one is needed only when somebody makes or removes the row at the same moment. */
    private static final int ROUNDS = 5;

    /** As many as a long has room for. */
    private static final int ID_DIGITS = 15;

    private final Sql queue;
    private final Sql createQueue;
    private final Sql createRow;
    private final Sql removeGate;

    H2Gate(Sql queue, Sql createQueue, Sql createRow, Sql removeGate) {
        this.queue = queue;
        this.createQueue = createQueue;
        this.createRow = createRow;
        this.removeGate = removeGate;
    }

    void pass(Connection transaction, String key) throws SQLException {
        String hash = LockNames.sha256(key);
        standInQueue(transaction, hash);
        String gate = "~gate:" + hash;
        createRow.update(transaction, Map.of("name", gate));
        removeGate.update(transaction, Map.of("name", gate));
    }

    /**
     * The row is found by its id, which follows from the key: who waits for one that is being made is then in H2's search for
     * deadlocks, as one that waits for a key of an index is not. Ids that H2 gives by itself are positive.
     */
    private void standInQueue(Connection transaction, String hash) throws SQLException {
        long id = -1 - Long.parseLong(hash.substring(0, ID_DIGITS), 16);
        SQLException last = null;
        for (int round = 0; round < ROUNDS; round++) {
            if (isThere(transaction, id)) {
                return;
            }
            last = create(transaction, id);
            if (last == null) {
                return;
            }
        }
        throw last == null ? new SQLException("the queue of a lock came and went", "40001") : last;
    }

    private boolean isThere(Connection transaction, long id) throws SQLException {
        try (PreparedStatement statement = queue.on(transaction, Map.of("id", id));
                ResultSet rows = statement.executeQuery()) {
            return rows.next();
        }
    }

    /**
     * The unique violation if another was faster, else null. A name of its own: a rollback that undoes another's row of this id
     * leaves its entry in the index alone.
     */
    private @Nullable SQLException create(Connection transaction, long id) throws SQLException {
        try {
            createQueue.update(transaction, Map.of("id", id, "name", "~queue:" + UUID.randomUUID()));
            return null;
        } catch (SQLException e) {
            if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
            return e;
        }
    }
}
