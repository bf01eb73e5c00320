package dev.pawl.lock.fencing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/** The fence table in the words of one database. Safe for use by several threads, each with its own connection. */
abstract class FenceTable {

    private final String database;
    private final String table;

    FenceTable(String database, String table) {
        this.database = database;
        this.table = table;
    }

    /** The database behind a connection; its drivers know it without asking. */
    static Kind kindOf(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        String version = connection.getMetaData().getDatabaseProductVersion();
        // Connector/J calls a MariaDB "MySQL", but does not hide its version.
        String name = version.contains("MariaDB") ? "MariaDB" : product;
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "postgresql" -> Kind.POSTGRESQL;
            case "mariadb" -> Kind.MARIADB;
            case "mysql" -> Kind.MYSQL;
            case "h2" -> Kind.H2;
            default ->
                throw new SQLException("the database is " + product + " " + version
                        + ", but Pawl knows PostgreSQL, MariaDB, MySQL and H2");
        };
    }

    /** Which database it is. */
    enum Kind {
        POSTGRESQL,
        MARIADB,
        MYSQL,
        H2;

        FenceTable table(String name) {
            return switch (this) {
                case POSTGRESQL -> new PostgresFence(name);
                case MARIADB -> new MariaDbFence(name);
                case MYSQL -> new MySqlFence(name);
                case H2 -> new H2Fence(name);
            };
        }
    }

    /**
     * Lets a token in unless a newer one is, and keeps other writers out until the transaction ends.
     *
     * @return the newest token: the one given, or a newer one
     */
    abstract long enter(Connection transaction, String key, long token) throws SQLException;

    void reset(Connection connection, String key, long floor) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql("reset"))) {
            statement.setString(1, key);
            statement.setLong(2, floor);
            statement.executeUpdate();
        }
    }

    final void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(ddl());
        } catch (SQLException e) {
            // Two that create a table at once meet in PostgreSQL's catalogue: the one that comes too late looks again.
            if (!"23505".equals(e.getSQLState())) {
                throw e;
            }
            try (Statement again = connection.createStatement()) {
                again.execute(ddl());
            }
        }
    }

    /** What an operator may run instead. */
    final String ddl() {
        return sql("create-table");
    }

    final String name() {
        return table;
    }

    final String sql(String statement) {
        return FenceSql.read(database, statement, table);
    }

    /** Runs a statement with a lock and a token for the one number that it yields. */
    static long ask(Connection connection, String sql, String key, long token) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, key);
            statement.setLong(2, token);
            // Not executeQuery(): Connector/J refuses an INSERT there, whatever it returns.
            boolean answered = statement.execute();
            try (ResultSet rows = answered ? statement.getResultSet() : null) {
                if (rows == null || !rows.next()) {
                    throw new SQLException("the fence table took the token and did not answer");
                }
                return rows.getLong(1);
            }
        }
    }

    private static final class MariaDbFence extends FenceTable {

        private final String enter;

        MariaDbFence(String table) {
            super("mariadb", table);
            enter = sql("enter");
        }

        @Override
        long enter(Connection transaction, String key, long token) throws SQLException {
            return ask(transaction, enter, key, token);
        }
    }

    private static final class MySqlFence extends FenceTable {

        private final String enter;
        private final String newest;

        MySqlFence(String table) {
            super("mysql", table);
            enter = sql("enter");
            newest = sql("newest");
        }

        @Override
        long enter(Connection transaction, String key, long token) throws SQLException {
            try (PreparedStatement statement = transaction.prepareStatement(enter)) {
                statement.setString(1, key);
                statement.setLong(2, token);
                statement.executeUpdate();
            }
            try (PreparedStatement statement = transaction.prepareStatement(newest)) {
                statement.setString(1, key);
                try (ResultSet rows = statement.executeQuery()) {
                    if (!rows.next()) {
                        throw new SQLException("the fence table took the token and has no row of it");
                    }
                    return rows.getLong(1);
                }
            }
        }
    }
}
