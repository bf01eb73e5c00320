package dev.pawl.lock.jdbc.internal.pool;

import dev.pawl.lock.jdbc.internal.dialect.Connector;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/** A connection taken from a pool, and given back as it was found. Used by one thread at a time. */
public final class BorrowedConnection implements AutoCloseable {

    /** Less would end an exchange that had to wait for its connection before it has begun. */
    private static final long LEAST_MILLIS = 50;

    private final Connection connection;
    private final boolean autoCommitBefore;
    private int timeoutBefore = -1;
    private int thresholdBefore = -1;
    private boolean over;

    private BorrowedConnection(Connection connection, boolean autoCommit) throws SQLException {
        this.connection = connection;
        this.autoCommitBefore = connection.getAutoCommit();
        if (autoCommitBefore != autoCommit) {
            connection.setAutoCommit(autoCommit);
        }
    }

    /** Takes a connection. An interrupt does not end the wait for it, which the pool bounds, and is there again afterwards. */
    public static BorrowedConnection from(DataSource source, boolean autoCommit) throws SQLException {
        return from(source::getConnection, autoCommit);
    }

    /** The same, from wherever connections come from. */
    public static BorrowedConnection from(Connector source, boolean autoCommit) throws SQLException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return prepared(source.open(), autoCommit);
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

    private static BorrowedConnection prepared(Connection connection, boolean autoCommit) throws SQLException {
        try {
            return new BorrowedConnection(connection, autoCommit);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    public Connection connection() {
        return connection;
    }

    /** Bounds every read from now on; no I/O. Drivers that cannot are bounded by nothing else. */
    public BorrowedConnection answersWithin(Duration limit) throws SQLException {
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

    /**
     * Has PostgreSQL's driver give no statement a name, nor a commit: the session would keep it when a pooler lends it to others. No
     * I/O.
     */
    public void namesNothing() throws SQLException {
        PGConnection driver = connection.unwrap(PGConnection.class);
        thresholdBefore = driver.getPrepareThreshold();
        driver.setPrepareThreshold(0);
    }

    /** Ends the connection instead of giving it back. */
    public void abort() {
        try {
            // Over TLS its end waits for the server's, until this is over.
            answersWithin(Duration.ZERO);
        } catch (SQLException | RuntimeException e) {
            // It is closed already, or its driver or pool cannot.
        }
        abortInUse();
    }

    /** The same while another thread has an exchange on it, which ends with it. Whatever else is asked of it would wait for that one. */
    public void abortInUse() {
        if (over) {
            return;
        }
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // It is going anyway.
        } finally {
            close();
        }
    }

    /** What goes wrong here has gone wrong before, and that is what the caller hears. Once: a pool may lend it to another at once. */
    @Override
    public void close() {
        if (over) {
            return;
        }
        over = true;
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
            if (thresholdBefore >= 0) {
                connection.unwrap(PGConnection.class).setPrepareThreshold(thresholdBefore);
            }
        } catch (SQLException e) {
            // The pool finds out by itself that the connection is broken.
        }
    }
}
