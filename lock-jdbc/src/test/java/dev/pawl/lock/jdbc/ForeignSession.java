package dev.pawl.lock.jdbc;

import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A session that is none of Pawl's, and keeps the row of a lock locked until it is closed. */
final class ForeignSession implements AutoCloseable {

    private final TestedDatabase database;
    private final SqlServer server;
    private final Connection connection;

    private ForeignSession(TestedDatabase database, SqlServer server, Connection connection) {
        this.database = database;
        this.server = server;
        this.connection = connection;
    }

    static ForeignSession locking(TestedDatabase database, SqlServer server, String lock) throws SQLException {
        Connection connection = server.admin();
        connection.setAutoCommit(false);
        try (PreparedStatement select =
                connection.prepareStatement("SELECT name FROM pawl_lock WHERE name = ? FOR UPDATE")) {
            select.setString(1, SqlFixture.row(lock));
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    throw new AssertionError("no row of " + lock);
                }
            }
        }
        return new ForeignSession(database, server, connection);
    }

    /** Returns once a session waits for a row. */
    ForeignSession awaitBlocked() {
        Bench.await("a session that waits for the row")
                .pollInterval(TestedDatabase.BETWEEN_LOOKS)
                .until(() -> server.ask(admin -> {
                    try (Statement statement = admin.createStatement();
                            ResultSet row = statement.executeQuery(database.blockedSessions())) {
                        row.next();
                        return row.getInt(1) > 0;
                    }
                }));
        return this;
    }

    @Override
    public void close() throws SQLException {
        if (!connection.isClosed()) {
            connection.rollback();
            connection.close();
        }
    }
}
