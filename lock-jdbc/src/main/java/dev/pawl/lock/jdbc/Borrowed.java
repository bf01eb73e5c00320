package dev.pawl.lock.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import javax.sql.DataSource;

/** A connection taken from a pool, and given back as it was found. Used by one thread at a time. */
final class Borrowed implements AutoCloseable {

    /** Less would end an exchange that had to wait for its connection before it has begun. */
    private static final long LEAST_MILLIS = 50;

    private final Connection connection;
    private final boolean autoCommitBefore;
    private int timeoutBefore = -1;

    private Borrowed(Connection connection, boolean autoCommit) throws SQLException {
        this.connection = connection;
        this.autoCommitBefore = connection.getAutoCommit();
        if (autoCommitBefore != autoCommit) {
            connection.setAutoCommit(autoCommit);
        }
    }

    /** Takes a connection. An interrupt does not end the wait for it, which the pool bounds, and is there again afterwards. */
    static Borrowed from(DataSource source, boolean autoCommit) throws SQLException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return prepared(source.getConnection(), autoCommit);
                } catch (SQLException e) {
                    if (!(e.getCause() instanceof InterruptedException)) {
                        throw e;
                    }
                    interrupted = true;
                    Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Borrowed prepared(Connection connection, boolean autoCommit) throws SQLException {
        try {
            return new Borrowed(connection, autoCommit);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    Connection connection() {
        return connection;
    }

    /** Bounds every read from now on; no I/O. Drivers that cannot are bounded by nothing else. */
    Borrowed answersWithin(Duration limit) throws SQLException {
        int millis = (int) Math.min(Integer.MAX_VALUE, Math.max(LEAST_MILLIS, limit.toMillis()));
        try {
            if (timeoutBefore < 0) {
                timeoutBefore = connection.getNetworkTimeout();
            }
            connection.setNetworkTimeout(Runnable::run, millis);
        } catch (SQLFeatureNotSupportedException e) {
            timeoutBefore = -1;
        }
        return this;
    }

    /** Ends the connection instead of giving it back. */
    void abort() {
        try {
            // Over TLS its end waits for the server's, until this is over.
            answersWithin(Duration.ZERO);
        } catch (SQLException | RuntimeException e) {
            // It is closed already, or its driver or pool cannot.
        }
        abortInUse();
    }

    /** The same while another thread has an exchange on it, which ends with it. Whatever else is asked of it would wait for that one. */
    void abortInUse() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // It is going anyway.
        } finally {
            close();
        }
    }

    /** What goes wrong here has gone wrong before, and that is what the caller hears. */
    @Override
    public void close() {
        try (connection) {
            if (connection.isClosed()) {
                return;
            }
            if (timeoutBefore >= 0) {
                connection.setNetworkTimeout(Runnable::run, timeoutBefore);
            }
            if (connection.getAutoCommit() != autoCommitBefore) {
                connection.setAutoCommit(autoCommitBefore);
            }
        } catch (SQLException e) {
            // The pool finds out by itself that the connection is broken.
        }
    }
}
