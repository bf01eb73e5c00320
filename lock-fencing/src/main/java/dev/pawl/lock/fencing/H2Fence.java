package dev.pawl.lock.fencing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The fence table of H2, whose {@code MERGE} does not wait for another that makes the same row: in steps. */
final class H2Fence extends FenceTable {

    /** More than one is needed only when somebody makes, resets or removes the row at the same moment. */
    private static final int ROUNDS = 5;

    private static final String DUPLICATE = "23505";

    private final String enter;
    private final String newest;
    private final String createRow;

    H2Fence(String table) {
        super("h2", table);
        enter = sql("enter");
        newest = sql("newest");
        createRow = sql("create-row");
    }

    @Override
    long enter(Connection transaction, String key, long token) throws SQLException {
        SQLException last = new SQLException("the row of the lock changed " + ROUNDS + " times meanwhile", "40001");
        for (int round = 0; round < ROUNDS; round++) {
            if (raise(transaction, key, token)) {
                return token;
            }
            long found = newest(transaction, key);
            if (found > token) {
                return found;
            }
            try {
                if (found < 0) {
                    create(transaction, key, token);
                    return token;
                }
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

    /** Negative if there is no row. */
    private long newest(Connection transaction, String key) throws SQLException {
        try (PreparedStatement statement = transaction.prepareStatement(newest)) {
            statement.setString(1, key);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getLong(1) : -1;
            }
        }
    }

    private void create(Connection transaction, String key, long token) throws SQLException {
        try (PreparedStatement statement = transaction.prepareStatement(createRow)) {
            statement.setString(1, key);
            statement.setLong(2, token);
            statement.executeUpdate();
        }
    }
}
