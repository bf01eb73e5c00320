package dev.pawl.lock.fencing;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.spi.LockNames;
import dev.pawl.lock.testkit.GuardedStore;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/** A row for each lock that guards itself. A missing one is made first, without a text and a token. */
final class GuardedRow extends GuardedTable {

    static final List<String> STEPS = List.of("begun", "written", "committed");

    private static final RowFence fence = RowFence.of("guarded", "id", "fence");

    /** For a child JVM too. */
    GuardedRow(String url) throws SQLException {
        super(connect(url));
    }

    @Override
    String query() {
        return "SELECT text FROM guarded WHERE id = ?";
    }

    @Override
    void change(FencingToken token, String value, Consumer<String> step) throws SQLException {
        String row = GuardedStore.key(token.lock());
        if (!fence.update(connection, token.lock(), token, row, "text = ?", value)) {
            insert(row);
            if (!fence.update(connection, token.lock(), token, row, "text = ?", value)) {
                throw new StaleTokenException(token, 0, "the row has gone");
            }
        }
        step.accept("written");
    }

    /** In a transaction of its own, which somebody else's may have come before. */
    private void insert(String row) throws SQLException {
        connection.rollback();
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO guarded (id) VALUES (?)")) {
            statement.setString(1, row);
            statement.executeUpdate();
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            if (!"23505".equals(e.getSQLState()) && !"23000".equals(e.getSQLState())) {
                throw e;
            }
        }
    }

    @Override
    public void reset(String lock, long floor) throws SQLException {
        String row = GuardedStore.key(LockNames.check(lock));
        if (!fence.reset(connection, row, floor)) {
            insert(row);
            boolean unused = fence.reset(connection, row, floor);
        }
        connection.commit();
    }
}
