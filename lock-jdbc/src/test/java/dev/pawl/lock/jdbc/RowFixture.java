package dev.pawl.lock.jdbc;

import dev.pawl.lock.Lease;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.SqlServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/**
 * A database in row mode. What holds a lock is a session that has locked its row; it is taken away by one that waits for the row,
 * and ends whichever session is in its way.
 */
abstract class RowFixture extends SqlFixture {

    static final String ONE_CONNECTION =
            "in row mode a hold lives and ends with the connection that has locked its row";
    static final String BROKEN_COMMIT =
            "in row mode the hold ends with its connection: a commit that finds it broken cannot tell before it from by it";
    static final String ASKS_EACH_TIME =
            "in row mode a connection may have broken without a word: who comes next is for the database to say, always";
    static final String MANY_CONNECTIONS =
            "in row mode each hold takes a connection: a thousand at once are more than the database gives";

    /** The server has 200 connections, and the clients of a case share them. */
    private static final int ROW_CONNECTIONS = 120;

    /** Most attempts open a connection, and a case may want eighty of them at a blow. */
    private static final Duration IO_LIMIT_OF_ROWS = Duration.ofSeconds(4);

    private static final Executor THREADS = task -> {
        Thread thread = new Thread(task, "row-fixture");
        thread.setDaemon(true);
        thread.start();
    };

    private final Queue<Connection> foreign = new ConcurrentLinkedQueue<>();

    RowFixture(SqlServer server, String url) {
        super(server, url);
    }

    /** The number of a connection's session. */
    abstract long session(Connection connection) throws SQLException;

    /** Ends the sessions that keep another from a row; says how many. */
    abstract int endWhatBlocks(Connection admin, long session) throws SQLException;

    /** The least time between two calls of {@link #endWhatBlocks}. */
    Duration betweenLooks() {
        return Duration.ofMillis(5);
    }

    @Override
    public final Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(super.settings());
        settings.put("pawl.jdbc.mode", "row");
        settings.put("pawl.jdbc.io-timeout", IO_LIMIT_OF_ROWS.toMillis() + "ms");
        settings.put("pawl.jdbc.row-connections", Integer.toString(ROW_CONNECTIONS));
        return settings;
    }

    @Override
    public final Duration ioLimit() {
        return IO_LIMIT_OF_ROWS;
    }

    /** Not all connections at a blow: to open each takes the database some time. */
    @Override
    public final int mostHolds() {
        return 20;
    }

    @Override
    public final void loseLease(Lease lease) {
        close(wrested(lease.name()));
    }

    @Override
    public final void takeOver(Lease lease) {
        foreign.add(wrested(lease.name()));
    }

    private Connection wrested(String lock) {
        Connection connection = null;
        boolean done = false;
        try {
            connection = server().admin();
            connection.setAutoCommit(false);
            wrest(connection, lock);
            done = true;
            return connection;
        } catch (SQLException e) {
            throw new AssertionError("the row of " + lock + " cannot be taken over", e);
        } finally {
            if (!done && connection != null) {
                close(connection);
            }
        }
    }

    private void wrest(Connection connection, String lock) throws SQLException {
        long session = session(connection);
        CompletableFuture<Boolean> locked = CompletableFuture.supplyAsync(() -> lockRow(connection, lock), THREADS);
        Bench.await("the holder's session ends").pollInterval(betweenLooks()).until(() -> {
            ask(admin -> endWhatBlocks(admin, session));
            return locked.isDone();
        });
        if (!Bench.get(locked)) {
            throw new AssertionError("no row of " + lock);
        }
    }

    private static boolean lockRow(Connection connection, String lock) {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT name FROM pawl_lock WHERE name = ? FOR UPDATE")) {
            statement.setString(1, row(lock));
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        } catch (SQLException e) {
            throw new AssertionError("the row of " + lock + " cannot be locked", e);
        }
    }

    private static void close(Connection connection) {
        try (connection) {
            connection.rollback();
        } catch (SQLException e) {
            // It has gone with its server.
        }
    }

    @Override
    final Optional<String> leftBehind(Connection admin, String lock) throws SQLException {
        String all = "SELECT name FROM pawl_lock WHERE name = ?";
        boolean locked = count(admin, all, lock) > count(admin, all + " FOR UPDATE SKIP LOCKED", lock);
        return locked ? Optional.of("a locked row") : super.leftBehind(admin, lock);
    }

    private static int count(Connection admin, String query, String lock) throws SQLException {
        try (PreparedStatement statement = admin.prepareStatement(query)) {
            statement.setString(1, row(lock));
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? 1 : 0;
            }
        }
    }

    @Override
    public final void heal() {
        for (Connection connection = foreign.poll(); connection != null; connection = foreign.poll()) {
            close(connection);
        }
        super.heal();
    }
}
