package dev.pawl.lock.jdbc.internal.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** A pool that goes on connecting while there is a database to come back, and says why it has no connection. */
final class RetryingPool extends HikariDataSource {

    private final RetryingSource source;

    /**
     * Opens the pool and its first connection.
     *
     * @param config all but where the connections come from
     */
    static RetryingPool open(HikariConfig config, RetryingSource source) {
        config.setDataSource(source);
        RetryingPool pool = new RetryingPool(config, source);
        source.persist();
        return pool;
    }

    private RetryingPool(HikariConfig config, RetryingSource source) {
        super(config);
        this.source = source;
    }

    @Override
    public Connection getConnection() throws SQLException {
        try {
            return super.getConnection();
        } catch (SQLTransientConnectionException e) {
            SQLException reason = source.lastFailure();
            if (reason == null || e.getCause() != null) {
                throw e;
            }
            throw new SQLTransientConnectionException(e.getMessage(), reason.getSQLState(), reason);
        }
    }

    @Override
    public void close() {
        source.close();
        super.close();
        source.abortLeftOvers();
    }
}
