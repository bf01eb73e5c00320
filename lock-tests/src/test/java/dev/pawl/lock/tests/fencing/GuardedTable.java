package dev.pawl.lock.tests.fencing;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.fencing.JdbcFencingGuard;
import dev.pawl.lock.tests.GuardedStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A table of texts, a row for each lock, and a connection of its own. */
abstract class GuardedTable implements GuardedStore {

    static final String CREATE = "CREATE TABLE guarded (id varchar(64) NOT NULL PRIMARY KEY, text varchar(100),"
            + " fence bigint NOT NULL DEFAULT 0)";

    final Connection connection;

    GuardedTable(Connection connection) {
        this.connection = connection;
    }

    static Connection connect(String url) throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        connection.setAutoCommit(false);
        return connection;
    }

    /** The row of a lock; what a database can compare as it stands. */
    static String row(String lock) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(lock.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Both tables, empty. */
    static void create(Connection admin) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS guarded");
            statement.execute("DROP TABLE IF EXISTS pawl_fence");
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

    @Override
    public final @Nullable String read(String lock) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT text FROM guarded WHERE id = ?")) {
            statement.setString(1, row(lock));
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
            update("UPDATE guarded SET text = ? WHERE id = ?", value, row(token.lock()));
            step.accept("written");
        }

        private void update(String sql, String value, String row) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, value);
                statement.setString(2, row);
                if (statement.executeUpdate() == 0) {
                    insert(value, row);
                }
            }
        }

        private void insert(String value, String row) throws SQLException {
            try (PreparedStatement statement =
                    connection.prepareStatement("INSERT INTO guarded (text, id) VALUES (?, ?)")) {
                statement.setString(1, value);
                statement.setString(2, row);
                statement.executeUpdate();
            }
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
            String row = row(token.lock());
            if (guard.update(connection, token, "UPDATE guarded SET text = ? WHERE id = ?", value, row) == 0) {
                guard.update(connection, token, "INSERT INTO guarded (text, id) VALUES (?, ?)", value, row);
            }
            step.accept("written");
        }

        @Override
        public void reset(String lock, long floor) throws SQLException {
            guard.reset(connection, lock, floor);
            connection.commit();
        }
    }
}
