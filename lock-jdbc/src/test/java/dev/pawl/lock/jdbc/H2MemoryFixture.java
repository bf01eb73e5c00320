package dev.pawl.lock.jdbc;

import dev.pawl.lock.testservers.SqlQuestion;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * H2 in this JVM's memory. One session can have the database for itself: then others stand still in the middle of what they do,
 * as at a paused server, or are closed, as by a killed one, and no new one is let in.
 */
final class H2MemoryFixture extends TableFixture {

    private static final String URL = "jdbc:h2:mem:contract;DB_CLOSE_DELAY=-1";

    /** The one that may have the database for itself. */
    private final Connection admin;

    H2MemoryFixture() throws SQLException {
        super(URL);
        admin = DriverManager.getConnection(URL);
    }

    /** No other JVM reaches it. */
    @Override
    public Optional<String> url() {
        return Optional.empty();
    }

    @Override
    synchronized <T> T ask(SqlQuestion<T> question) {
        try {
            return question.ask(admin);
        } catch (SQLException e) {
            throw new IllegalStateException("the database did not answer: " + e.getMessage(), e);
        }
    }

    private void execute(String sql) {
        ask(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    @Override
    public OptionalInt connections() {
        return OptionalInt.of(ask(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT count(*) - 1 FROM information_schema.sessions")) {
                rows.next();
                return rows.getInt(1);
            }
        }));
    }

    @Override
    public void pauseService() {
        execute("SET EXCLUSIVE 1");
    }

    @Override
    public void resumeService() {
        execute("SET EXCLUSIVE 0");
    }

    @Override
    public void killService() {
        execute("SET EXCLUSIVE 2");
    }

    @Override
    public void startService(boolean keepData) {
        if (!keepData) {
            execute("DROP ALL OBJECTS");
        }
        execute("SET EXCLUSIVE 0");
    }

    @Override
    public boolean tokensOutliveDataLoss() {
        return false;
    }

    @Override
    public void heal() {
        execute("SET EXCLUSIVE 2");
        startService(false);
    }

    @Override
    public void close() {
        execute("SHUTDOWN");
    }
}
