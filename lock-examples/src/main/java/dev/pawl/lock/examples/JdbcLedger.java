package dev.pawl.lock.examples;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockException;
import dev.pawl.lock.fencing.JdbcFencingGuard;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Books in a table of the database that the locks are in. The tables stay, empty, as the lock table does. */
final class JdbcLedger implements Ledger {

    private static final String CREATE =
            "CREATE TABLE IF NOT EXISTS pawl_demo_books (entry varchar(64) NOT NULL PRIMARY KEY, text varchar(64))";
    private static final String UPDATE = "UPDATE pawl_demo_books SET text = ? WHERE entry = ?";

    private final JdbcFencingGuard guard = JdbcFencingGuard.create("pawl_demo_fence");
    private final Connection connection;

    JdbcLedger(String url) throws IOException {
        try {
            connection = DriverManager.getConnection(url);
            try {
                createTable();
                guard.createTable(connection);
                connection.setAutoCommit(false);
            } catch (SQLException | LockException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Two that create a table at once meet in PostgreSQL's catalogue: the one that comes too late finds it there. */
    private void createTable() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try {
                statement.execute(CREATE);
            } catch (SQLException e) {
                if (!"23505".equals(e.getSQLState())) {
                    throw e;
                }
                statement.execute(CREATE);
            }
        }
    }

    private interface Action<T> {
        T run() throws SQLException;
    }

    /** One transaction. */
    private <T> T commit(Action<T> action) throws IOException {
        try {
            try {
                T result = action.run();
                connection.commit();
                return result;
            } catch (SQLException | LockException e) {
                connection.rollback();
                throw e;
            }
        } catch (SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private int update(String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }

    @Override
    public String guard() {
        return JdbcFencingGuard.class.getSimpleName();
    }

    @Override
    public String read(String entry) throws IOException {
        return commit(() -> {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT text FROM pawl_demo_books WHERE entry = ?")) {
                statement.setString(1, entry);
                try (ResultSet rows = statement.executeQuery()) {
                    if (!rows.next()) {
                        throw new SQLException("no entry " + entry + " in the books");
                    }
                    return rows.getString(1);
                }
            }
        });
    }

    @Override
    public void write(String entry, String text) throws IOException {
        int unused = commit(() -> {
            int changed = update(UPDATE, text, entry);
            return changed > 0
                    ? changed
                    : update("INSERT INTO pawl_demo_books (text, entry) VALUES (?, ?)", text, entry);
        });
    }

    @Override
    public void write(FencingToken token, String entry, String text) throws IOException {
        int unused = commit(() -> guard.update(connection, token, UPDATE, text, entry));
    }

    /** The fence stays: its lock is that of every run. */
    @Override
    public void remove(String entry) throws IOException {
        int unused = commit(() -> update("DELETE FROM pawl_demo_books WHERE entry = ?", entry));
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
