package dev.pawl.lock.jdbc.internal.pool;

import dev.pawl.lock.jdbc.internal.dialect.Connector;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Connects until it succeeds. The pool asks it on threads of the pool's own, and rests up to five seconds after a failure: a
 * database that is back would be found that much later. Safe for use by several threads.
 */
final class RetryingSource implements DataSource {

    private static final long SHORTEST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 500;
    private static final int CLOSE_PATIENCE_SECONDS = 1;

    private final Connector connector;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** The first failure goes to whoever opens the pool. */
    private volatile boolean persistent;

    private volatile @Nullable SQLException lastFailure;

    private final ReentrantLock lock = new ReentrantLock();

    /**
     * What it has opened and somebody may still have: a pool forgets a connection that comes after its own end. Guarded by the
     * lock.
     */
    private final Set<Connection> opened = Collections.newSetFromMap(new WeakHashMap<>());

    RetryingSource(Connector connector) {
        this.connector = connector;
    }

    /** From now on a failure is followed by another try. */
    void persist() {
        persistent = true;
    }

    /** Why there is no connection now; null if the last try succeeded. */
    @Nullable
    SQLException lastFailure() {
        return lastFailure;
    }

    /** Ends the tries: from now on it opens nothing. */
    void close() {
        closed.countDown();
    }

    /** Ends the connections that the closed pool has left open. */
    void abortLeftOvers() {
        List<Connection> left;
        lock.lock();
        try {
            left = List.copyOf(opened);
        } finally {
            lock.unlock();
        }
        left.forEach(RetryingSource::abort);
    }

    private static void abort(Connection connection) {
        try {
            if (!connection.isClosed()) {
                connection.abort(Runnable::run);
            }
        } catch (SQLException e) {
            // It is going anyway.
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        long pause = SHORTEST_PAUSE_MILLIS;
        while (true) {
            try {
                Connection connection = kept(connector.open());
                lastFailure = null;
                return connection;
            } catch (SQLException e) {
                lastFailure = e;
                if (!persistent || isClosedWithin(pause)) {
                    throw e;
                }
                pause = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause);
            }
        }
    }

    /** The connection, unless the pool has ended meanwhile. Whoever closes looks at what is kept after that: none is missed by both. */
    private Connection kept(Connection connection) throws SQLException {
        lock.lock();
        try {
            opened.add(connection);
        } finally {
            lock.unlock();
        }
        if (closed.getCount() == 0) {
            abort(connection);
            throw new SQLException("this client was closed");
        }
        return connection;
    }

    private boolean isClosedWithin(long millis) {
        try {
            return closed.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the connector knows the credentials");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        // The pool logs by SLF4J.
    }

    @Override
    public void setLoginTimeout(int seconds) {
        // The connector has its own, from the I/O time limit.
    }

    /** For so long the pool that is being closed waits for its thread that connects. With none it warns at once. */
    @Override
    public int getLoginTimeout() {
        return CLOSE_PATIENCE_SECONDS;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("no " + type + " in here");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
