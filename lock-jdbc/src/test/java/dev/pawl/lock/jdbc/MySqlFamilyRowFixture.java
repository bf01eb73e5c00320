package dev.pawl.lock.jdbc;

import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** MariaDB or MySQL in row mode. */
final class MySqlFamilyRowFixture extends RowFixture {

    private static final int NO_SUCH_THREAD = 1094;

    private final String blockers;

    /** @param blockers a query for the sessions that keep the session of its only parameter waiting */
    MySqlFamilyRowFixture(SqlServer server, String url, String blockers) {
        super(server, url);
        this.blockers = blockers;
    }

    @Override
    long session(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT connection_id()")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    Duration betweenLooks() {
        return TestedDatabase.BETWEEN_LOOKS;
    }

    @Override
    int endWhatBlocks(Connection admin, long session) throws SQLException {
        int ended = 0;
        try (PreparedStatement query = admin.prepareStatement(blockers)) {
            query.setLong(1, session);
            try (ResultSet rows = query.executeQuery();
                    Statement statement = admin.createStatement()) {
                for (; rows.next(); ended++) {
                    kill(statement, rows.getLong(1));
                }
            }
        }
        return ended;
    }

    /** What blocks is told by tables that lag behind: it may have gone already. */
    private static void kill(Statement statement, long session) throws SQLException {
        try {
            statement.execute("KILL CONNECTION " + session);
        } catch (SQLException e) {
            if (e.getErrorCode() != NO_SUCH_THREAD) {
                throw e;
            }
        }
    }
}
