package dev.pawl.lock.jdbc;

import dev.pawl.lock.testservers.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/** PostgreSQL in row mode. */
final class PostgresRowFixture extends RowFixture {

    PostgresRowFixture() {
        super(PostgresServer.shared(), PostgresServer.shared().url());
    }

    @Override
    long session(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getBackendPID();
    }

    @Override
    int endWhatBlocks(Connection admin, long session) throws SQLException {
        try (PreparedStatement end = admin.prepareStatement(
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM unnest(pg_blocking_pids(?)) AS pid")) {
            end.setInt(1, (int) session);
            try (ResultSet ended = end.executeQuery()) {
                return ended.next() ? ended.getInt(1) : 0;
            }
        }
    }
}
