package dev.pawl.lock.fencing;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.testkit.GuardedStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Texts in a database, one for each lock, and a connection of its own.
 *
 * <p>What is written behind a fence table is a row more each time, which nothing can change afterwards: the order of the rows is that
 * of the writers.
 */
abstract class GuardedTable implements GuardedStore {

    static final String CREATE = "CREATE TABLE guarded (id varchar(64) NOT NULL PRIMARY KEY, text varchar(100),"
            + " fence bigint NOT NULL DEFAULT 0)";

    private static final String INSERT = "INSERT INTO written (text, id) VALUES (?, ?)";

    final Connection connection;

    GuardedTable(Connection connection) {
        this.connection = connection;
    }

    static Connection connect(String url) throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        waitLongForRows(connection);
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        connection.setAutoCommit(false);
        return connection;
    }

    /** H2 gives a row up after two seconds, in which a busy machine may not have come to the next step of a case. */
    static void waitLongForRows(Connection connection) throws SQLException {
        if (connection.getMetaData().getDatabaseProductName().equals("H2")) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCK_TIMEOUT 60000");
            }
        }
    }

    /** All tables, empty. */
    static void create(Connection admin) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS guarded");
            statement.execute("DROP TABLE IF EXISTS pawl_fence");
            statement.execute("DROP TABLE IF EXISTS written");
            String product = admin.getMetaData().getDatabaseProductName();
            statement.execute("CREATE TABLE written (seq bigint "
                    + (Set.of("MariaDB", "MySQL").contains(product) ? "AUTO_INCREMENT" : "GENERATED ALWAYS AS IDENTITY")
                    + " PRIMARY KEY, id varchar(64) NOT NULL, text varchar(100) NOT NULL)");
            statement.execute(CREATE);
        }
        JdbcFencingGuard.create().createTable(admin);
    }

    @Override
    public final void write(FencingToken token, String value, Consumer<String> step) throws SQLException {
        try {
            step.accept("begun");
            change(token, value, step);
            connection.commit();
            step.accept("committed");
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        }
    }

    /** Writes in the open transaction. */
    abstract void change(FencingToken token, String value, Consumer<String> step) throws SQLException;

    /** For the text of a row. */
    String query() {
        return "SELECT text FROM written WHERE id = ? ORDER BY seq DESC LIMIT 1";
    }

    @Override
    public final @Nullable String read(String lock) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query())) {
            statement.setString(1, GuardedStore.key(lock));
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : null;
            }
        } finally {
            connection.rollback();
        }
    }

    @Override
    public final void close() throws SQLException {
        connection.rollback();
        connection.close();
    }

    /** Enters, and then writes. */
    static final class Entered extends GuardedTable {

        static final List<String> STEPS = List.of("begun", "entered", "written", "committed");

        private static final JdbcFencingGuard guard = JdbcFencingGuard.create();

        /** For a child JVM too. */
        Entered(String url) throws SQLException {
            this(connect(url));
        }

        Entered(Connection connection) {
            super(connection);
        }

        @Override
        void change(FencingToken token, String value, Consumer<String> step) throws SQLException {
            guard.enter(connection, token);
            step.accept("entered");
            try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
                statement.setString(1, value);
                statement.setString(2, GuardedStore.key(token.lock()));
                statement.executeUpdate();
            }
            step.accept("written");
        }

        @Override
        public void reset(String lock, long floor) throws SQLException {
            guard.reset(connection, lock, floor);
            connection.commit();
        }
    }

    /** Enters with the first statement. */
    static final class InOneRoundTrip extends GuardedTable {

        static final List<String> STEPS = List.of("begun", "written", "committed");

        private static final JdbcFencingGuard guard = JdbcFencingGuard.create();

        /** For a child JVM too. */
        InOneRoundTrip(String url) throws SQLException {
            super(connect(url));
        }

        @Override
        void change(FencingToken token, String value, Consumer<String> step) throws SQLException {
            int unused = guard.update(connection, token, INSERT, value, GuardedStore.key(token.lock()));
            step.accept("written");
        }

        @Override
        public void reset(String lock, long floor) throws SQLException {
            guard.reset(connection, lock, floor);
            connection.commit();
        }
    }
}
