package dev.pawl.lock.fencing.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;

/** The databases that Pawl knows. */
public enum DatabaseKind {
    POSTGRESQL,
    MARIADB,
    MYSQL,
    H2;

    /**
     * The database behind a connection; its drivers know it without asking.
     *
     * @throws SQLException if it is another
     */
    public static DatabaseKind of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        String version = connection.getMetaData().getDatabaseProductVersion();
        // Connector/J calls a MariaDB "MySQL", but does not hide its version.
        String name = version.contains("MariaDB") ? "MariaDB" : product;
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "postgresql" -> POSTGRESQL;
            case "mariadb" -> MARIADB;
            case "mysql" -> MYSQL;
            case "h2" -> H2;
            default ->
                throw new SQLException("the database is " + product + " " + version
                        + ", but Pawl knows PostgreSQL, MariaDB, MySQL and H2");
        };
    }
}
