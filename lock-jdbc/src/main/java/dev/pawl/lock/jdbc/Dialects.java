package dev.pawl.lock.jdbc;

import dev.pawl.lock.fencing.internal.DatabaseKind;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Schema;
import dev.pawl.lock.jdbc.internal.h2.H2Dialect;
import dev.pawl.lock.jdbc.internal.innodb.MariaDbDialect;
import dev.pawl.lock.jdbc.internal.innodb.MySqlDialect;
import dev.pawl.lock.jdbc.internal.postgresql.PostgresDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The databases behind the connections of callers, looked at when they are first met. Safe for use by several threads. */
final class Dialects {

    /** What else to look at. */
    @FunctionalInterface
    interface FirstCheck {
        void at(Dialect dialect, Connection transaction) throws SQLException;
    }

    private final String table;
    private final FirstCheck firstCheck;

    /** What was found out, by the URL of the database. */
    private final ConcurrentMap<String, Dialect> known = new ConcurrentHashMap<>();

    Dialects(String table, FirstCheck firstCheck) {
        this.table = table;
        this.firstCheck = firstCheck;
    }

    /**
     * The dialect of the database behind a connection.
     *
     * @param rowWait how long a statement may wait for a row that others have locked; see {@link Dialect#ROW_WAIT}
     */
    static Dialect behind(Connection connection, String table, Duration rowWait) throws SQLException {
        return switch (DatabaseKind.of(connection)) {
            case POSTGRESQL -> PostgresDialect.of(connection, table, rowWait);
            case MARIADB -> new MariaDbDialect(table, rowWait);
            case MYSQL -> new MySqlDialect(table, rowWait);
            case H2 -> new H2Dialect(table, rowWait);
        };
    }

    /** The dialect of the database behind a caller's connection, with a look at the table when it is met for the first time. */
    Dialect of(Connection transaction) throws SQLException {
        String url = Objects.requireNonNullElse(transaction.getMetaData().getURL(), "");
        Dialect dialect = known.get(url);
        if (dialect == null) {
            dialect = behind(transaction, table, Dialect.ROW_WAIT);
            // Where there is no table the statement says so.
            if (new Schema(dialect, false).check(transaction)) {
                firstCheck.at(dialect, transaction);
                known.put(url, dialect);
            }
        }
        return dialect;
    }
}
