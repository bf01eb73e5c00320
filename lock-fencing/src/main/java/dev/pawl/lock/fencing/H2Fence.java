package dev.pawl.lock.fencing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * The fence table of H2, whose row locks do not keep writers apart: a rollback may put a row back twice, and the second time takes
 * back what another transaction has committed, or locked, since the first (decision 40). It does no harm
 *
 * <ul>
 *   <li>to a row that the transaction itself has made, which nobody else ever changes;
 *   <li>to what was changed after that, since a rollback goes backwards: all of it is over before the made row has gone.
 * </ul>
 *
 * <p>So before the fence is touched a row is made that only one can make: the gate. It is removed at once, since nobody could do so
 * when the transaction ends; until it ends the row's key is taken all the same. Who finds it taken tries again and again, with
 * all of a processor's time: therefore the queue before it, a row that is locked, by which one waits asleep. If a rollback opens the
 * queue too early the gate is still shut.
 */
final class H2Fence extends FenceTable {

    private static final int FENCE = 0;
    private static final int QUEUE = 1;
    private static final int GATE = 2;

    /** More than one is needed only when somebody makes or removes the row at the same moment. */
    private static final int ROUNDS = 5;

    private static final String DUPLICATE = "23505";

    private final String queue;
    private final String removeGate;
    private final String enter;
    private final String newest;
    private final String createRow;
    private final String reset;

    H2Fence(String table) {
        super(List.of("h2"), table);
        queue = sql("queue");
        removeGate = sql("remove-gate");
        enter = sql("enter");
        newest = sql("newest");
        createRow = sql("create-row");
        reset = sql("reset");
    }

    @Override
    Set<String> columns() {
        return Set.of("lock_name", "part", "token");
    }

    @Override
    String key() {
        return "a unique key on lock_name and part";
    }

    @Override
    long enter(Connection transaction, String key, long token) throws SQLException {
        passGate(transaction, key);
        if (raise(transaction, key, token)) {
            return token;
        }
        long found = row(transaction, newest, key);
        if (found < 0) {
            create(transaction, key, FENCE, token);
            return token;
        }
        if (found <= token) {
            throw new SQLException("the fence of the lock was changed past its gate", "40001");
        }
        return found;
    }

    /** Everything that changes the fence does so behind the gate; out of a transaction that takes one of its own. */
    @Override
    void reset(Connection connection, String key, long floor) throws SQLException {
        if (!connection.getAutoCommit()) {
            passGate(connection, key);
            put(connection, key, floor);
            return;
        }
        connection.setAutoCommit(false);
        try {
            passGate(connection, key);
            put(connection, key, floor);
            connection.commit();
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private void passGate(Connection transaction, String key) throws SQLException {
        standInQueue(transaction, key);
        create(transaction, key, GATE, 0);
        try (PreparedStatement statement = transaction.prepareStatement(removeGate)) {
            statement.setString(1, key);
            statement.executeUpdate();
        }
    }

    private void standInQueue(Connection transaction, String key) throws SQLException {
        SQLException last = new SQLException("the row of the lock changed " + ROUNDS + " times meanwhile", "40001");
        for (int round = 0; round < ROUNDS; round++) {
            if (row(transaction, queue, key) >= 0) {
                return;
            }
            try {
                create(transaction, key, QUEUE, 0);
                return;
            } catch (SQLException e) {
                if (!DUPLICATE.equals(e.getSQLState())) {
                    throw e;
                }
                last = e;
            }
        }
        throw last;
    }

    private boolean raise(Connection transaction, String key, long token) throws SQLException {
        try (PreparedStatement statement = transaction.prepareStatement(enter)) {
            statement.setLong(1, token);
            statement.setString(2, key);
            statement.setLong(3, token);
            return statement.executeUpdate() > 0;
        }
    }

    private void put(Connection transaction, String key, long floor) throws SQLException {
        try (PreparedStatement statement = transaction.prepareStatement(reset)) {
            statement.setString(1, key);
            statement.setLong(2, floor);
            statement.executeUpdate();
        }
    }

    /** The token in a row, which is locked; negative if there is no row. */
    private static long row(Connection transaction, String sql, String key) throws SQLException {
        try (PreparedStatement statement = transaction.prepareStatement(sql)) {
            statement.setString(1, key);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getLong(1) : -1;
            }
        }
    }

    private void create(Connection transaction, String key, int part, long token) throws SQLException {
        try (PreparedStatement statement = transaction.prepareStatement(createRow)) {
            statement.setString(1, key);
            statement.setInt(2, part);
            statement.setLong(3, token);
            statement.executeUpdate();
        }
    }
}
