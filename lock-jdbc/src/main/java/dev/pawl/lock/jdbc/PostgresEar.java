package dev.pawl.lock.jdbc;

import dev.pawl.lock.jdbc.Dialect.Holder;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for {@code NOTIFY} on a connection of its own, which is opened again when it breaks. A message that was sent in
 * between is lost, so everybody is woken then.
 */
final class PostgresEar implements Ear {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresEar.class);

    /** The driver waits for messages in its socket, from which nothing wakes it. */
    private static final long SLICE_MILLIS = 200;

    private static final long FIRST_PAUSE = Duration.ofMillis(20).toNanos();
    private static final long LONGEST_PAUSE = Duration.ofSeconds(1).toNanos();

    /** Opens a connection outside the pool. */
    @FunctionalInterface
    interface Connector {
        Connection open() throws SQLException;
    }

    /** What is to be said to a server that may have crashed, over the connection that was just opened. */
    @FunctionalInterface
    interface AfterReconnect {
        void on(Connection fresh) throws SQLException;
    }

    private final Connector connector;
    private final Dialect dialect;
    private final String node;
    private final Duration limit;
    private final AfterReconnect afterReconnect;
    private volatile @Nullable Connection connection;
    private volatile boolean closed;
    private long pause = FIRST_PAUSE;

    private PostgresEar(
            Connector connector, Dialect dialect, String node, Duration limit, AfterReconnect afterReconnect) {
        this.connector = connector;
        this.dialect = dialect;
        this.node = node;
        this.limit = limit;
        this.afterReconnect = afterReconnect;
    }

    /**
     * Listens, and makes sure that a message arrives: a pooler that gives each transaction another session drops them.
     *
     * @param afterReconnect run each time after the connection was lost and opened again: the server may have crashed. If it
     *     fails, the connection counts as lost again
     * @return null if none does
     */
    static @Nullable PostgresEar open(
            Connector connector, Dialect dialect, String node, Duration limit, AfterReconnect afterReconnect)
            throws SQLException {
        PostgresEar ear = new PostgresEar(connector, dialect, node, limit, afterReconnect);
        ear.connect();
        boolean hears = false;
        try {
            hears = ear.hearsItself();
        } finally {
            if (!hears) {
                ear.close();
            }
        }
        return hears ? ear : null;
    }

    private void connect() throws SQLException {
        Connection fresh = connector.open();
        try {
            fresh.setAutoCommit(true);
            fresh.setNetworkTimeout(Runnable::run, (int) limit.toMillis());
            try (Statement statement = fresh.createStatement()) {
                statement.execute("LISTEN \"" + PostgresDialect.CHANNEL + node + "\"");
            }
        } catch (SQLException e) {
            fresh.close();
            throw e;
        }
        connection = fresh;
        if (closed) {
            close();
        }
    }

    private boolean hearsItself() throws SQLException {
        Connection current = connection;
        if (current == null) {
            return false;
        }
        try (Statement statement = current.createStatement()) {
            statement.execute("NOTIFY \"" + PostgresDialect.CHANNEL + node + "\"");
        }
        PGNotification[] heard = current.unwrap(PGConnection.class).getNotifications((int) limit.toMillis());
        return heard != null && heard.length > 0;
    }

    @Override
    public void listen(long until, Sleepers sleepers) {
        Connection current = connection;
        if (current == null) {
            reconnect(sleepers);
            return;
        }
        try {
            long left = (until - System.nanoTime()) / 1_000_000;
            int slice = (int) Math.max(1, Math.min(SLICE_MILLIS, left));
            PGNotification[] heard = current.unwrap(PGConnection.class).getNotifications(slice);
            if (heard != null) {
                for (PGNotification notification : heard) {
                    Waiting waiting = sleepers.find(node + ":" + notification.getParameter());
                    if (waiting != null) {
                        waiting.wake();
                    }
                }
            }
        } catch (SQLException e) {
            lost(current, e);
        }
    }

    private void reconnect(Sleepers sleepers) {
        LockSupport.parkNanos(this, pause);
        if (closed) {
            return;
        }
        try {
            connect();
            Connection fresh = connection;
            sleepers.wakeAll();
            if (fresh != null) {
                afterReconnect.on(fresh);
            }
            pause = FIRST_PAUSE;
        } catch (SQLException e) {
            pause = Math.min(2 * pause, LONGEST_PAUSE);
            Connection broken = connection;
            if (broken != null) {
                lost(broken, e);
            } else {
                LOG.debug("the connection for wake-ups cannot be opened", e);
            }
        }
    }

    private void lost(Connection broken, SQLException why) {
        if (!closed) {
            LOG.debug("the connection for wake-ups is lost, and opened again", why);
        }
        connection = null;
        abort(broken);
    }

    private static void abort(Connection broken) {
        try {
            broken.abort(Runnable::run);
            broken.close();
        } catch (SQLException | RuntimeException e) {
            // A pool's connection trips over the thread that reads from it, and hears just now that it is broken.
            LOG.debug("a broken connection cannot be closed", e);
        }
    }

    @Override
    public Map<String, Holder> look(Set<String> keys) throws SQLException {
        Connection current = connection;
        if (current == null) {
            throw new SQLException("no connection for wake-ups", "08003");
        }
        try {
            return dialect.look(current, keys);
        } catch (SQLException e) {
            lost(current, e);
            throw e;
        }
    }

    @Override
    public boolean hears() {
        return connection != null;
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public void interrupt(Thread listener) {
        if (connection == null) {
            LockSupport.unpark(listener);
        }
    }

    /** Not {@code close()}: that waits for the thread which reads. */
    @Override
    public void close() {
        closed = true;
        Connection current = connection;
        if (current != null) {
            connection = null;
            abort(current);
        }
    }
}
