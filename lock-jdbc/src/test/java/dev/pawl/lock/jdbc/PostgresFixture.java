package dev.pawl.lock.jdbc;

import dev.pawl.lock.testservers.PostgresServer;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** PostgreSQL in lease mode. */
final class PostgresFixture extends SqlFixture {

    PostgresFixture() {
        super(PostgresServer.shared(), PostgresServer.shared().url());
    }

    @Override
    public void cutWakeUps() {
        PostgresServer.shared().cutListeners();
    }

    @Override
    @Nullable
    String leftIn(ResultSet row) throws SQLException {
        String owner = super.leftIn(row);
        String waiters = row.getString("waiters");
        return owner != null ? owner : waiters.equals("{}") ? null : "waiters " + waiters;
    }
}
