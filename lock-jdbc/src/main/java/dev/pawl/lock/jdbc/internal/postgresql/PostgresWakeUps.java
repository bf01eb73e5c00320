package dev.pawl.lock.jdbc.internal.postgresql;

import dev.pawl.lock.jdbc.internal.dialect.Connector;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Holder;
import dev.pawl.lock.jdbc.internal.dialect.WaitQueue;
import dev.pawl.lock.jdbc.internal.dialect.WakeUps;
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
final class PostgresWakeUps implements WakeUps {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresWakeUps.class);

    /** Before the id of a client: the channel that it listens on. */
    static final String CHANNEL = "pawl_";

    /** The class of the advisory locks by which clients show that they live: "pawl" in ASCII. */
    static final int PRESENCE = 0x7061776c;

    /** The driver waits for messages in its socket, from which nothing wakes it. */
    private static final long SLICE_MILLIS = 200;

    /** For the last words on a connection. */
    private static final int CLOSE_MILLIS = 500;

    private static final long FIRST_PAUSE = Duration.ofMillis(20).toNanos();
    private static final long LONGEST_PAUSE = Duration.ofSeconds(1).toNanos();

    private final Connector connector;
    private final boolean lent;
    private final Dialect dialect;
    private final String node;
    private final Duration limit;
    private final WaitQueue.AfterReconnect afterReconnect;
    private volatile @Nullable Connection connection;

    /** What a pool lent: its connection is given back so. Written before {@link #connection}. */
    private boolean autoCommitBefore = true;

    private int timeoutBefore;
    private volatile boolean present;
    private volatile boolean closed;
    private long pause = FIRST_PAUSE;

    private PostgresWakeUps(
            Connector connector,
            boolean lent,
            Dialect dialect,
            String node,
            Duration limit,
            WaitQueue.AfterReconnect afterReconnect) {
        this.connector = connector;
        this.lent = lent;
        this.dialect = dialect;
        this.node = node;
        this.limit = limit;
        this.afterReconnect = afterReconnect;
    }

    /** See {@link WaitQueue#listen}. */
    static @Nullable PostgresWakeUps open(
            Connector connector,
            boolean lent,
            Dialect dialect,
            String node,
            Duration limit,
            WaitQueue.AfterReconnect afterReconnect)
            throws SQLException {
        PostgresWakeUps wakeUps = new PostgresWakeUps(connector, lent, dialect, node, limit, afterReconnect);
        wakeUps.connect();
        boolean hears = false;
        try {
            hears = wakeUps.hearsItself();
            if (hears) {
                wakeUps.showPresence();
            }
        } finally {
            if (!hears) {
                wakeUps.close();
            }
        }
        return hears ? wakeUps : null;
    }

    private void connect() throws SQLException {
        Connection fresh = connector.open();
        try {
            autoCommitBefore = fresh.getAutoCommit();
            timeoutBefore = fresh.getNetworkTimeout();
            present = false;
            fresh.setAutoCommit(true);
            fresh.setNetworkTimeout(Runnable::run, (int) limit.toMillis());
            try (Statement statement = fresh.createStatement()) {
                statement.execute("LISTEN \"" + CHANNEL + node + "\"");
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

    /** Not on a session that a pooler lends to others too: it would keep the lock. */
    private void showPresence() throws SQLException {
        Connection current = connection;
        if (current != null) {
            try (Statement statement = current.createStatement()) {
                statement.execute(presence());
                present = true;
            }
        }
    }

    /** By what the session shows the others that this client lives. */
    private String presence() {
        return "SELECT pg_advisory_lock_shared(" + PRESENCE + ", hashtext('" + node + "'))";
    }

    /** Takes the presence back, from a session that goes on. */
    private String absence() {
        return "SELECT pg_advisory_unlock_shared(" + PRESENCE + ", hashtext('" + node + "'))";
    }

    private boolean hearsItself() throws SQLException {
        Connection current = connection;
        if (current == null) {
            return false;
        }
        try (Statement statement = current.createStatement()) {
            statement.execute("NOTIFY \"" + CHANNEL + node + "\"");
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
                    sleepers.wake(node + ":" + notification.getParameter());
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
            showPresence();
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

    /** Nobody waits for a connection of its own, but a pool's comes back whole, when the thread has let go of it. */
    @Override
    public void breakOff() {
        closed = true;
        Connection current = connection;
        if (current != null && !lent) {
            connection = null;
            abort(current);
        }
    }

    /** Nobody listens any more: what the session has is taken from it, since a pool may lend it to others. */
    @Override
    public void close() {
        closed = true;
        Connection current = connection;
        if (current != null) {
            connection = null;
            giveBack(current);
        }
    }

    private void giveBack(Connection current) {
        try {
            current.setNetworkTimeout(Runnable::run, CLOSE_MILLIS);
            try (Statement statement = current.createStatement()) {
                statement.execute("UNLISTEN *" + (present ? "; " + absence() : ""));
            }
            current.setNetworkTimeout(Runnable::run, timeoutBefore);
            current.setAutoCommit(autoCommitBefore);
            current.close();
        } catch (SQLException | RuntimeException e) {
            abort(current);
        }
    }
}
