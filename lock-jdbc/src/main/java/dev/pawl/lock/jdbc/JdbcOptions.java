package dev.pawl.lock.jdbc;

import dev.pawl.lock.fencing.internal.SqlNames;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The options of a backend, refused here when they are wrong.
 *
 * @param namespace prefix of every row's name
 * @param table the lock table, perhaps with its schema
 * @param createTable whether to create the table when it is missing
 * @param mode how a lock is held
 * @param ioTimeout the longest that one exchange may take
 * @param idleRetention how long the row of an unused name is kept
 * @param rowConnections how many locks may be held at once in row mode
 */
record JdbcOptions(
        String namespace,
        String table,
        boolean createTable,
        JdbcBackend.Mode mode,
        Duration ioTimeout,
        Duration idleRetention,
        int rowConnections) {

    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    static final JdbcOptions DEFAULTS = new JdbcOptions(
            "pawl", "pawl_lock", true, JdbcBackend.Mode.LEASE, Duration.ofSeconds(5), Duration.ofDays(30), 10);

    JdbcOptions {
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(table, "table");
        Objects.requireNonNull(mode, "mode");
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new IllegalArgumentException("namespace '" + namespace
                    + "': must be 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit");
        }
        SqlNames.checkIdentifier("table", table);
        within("ioTimeout", ioTimeout, Duration.ofMillis(500), Duration.ofHours(1));
        within("idleRetention", idleRetention, Duration.ofMinutes(10), Duration.ofDays(36_500));
        if (rowConnections < 1 || rowConnections > 1_000) {
            throw new IllegalArgumentException("rowConnections " + rowConnections + ": must be between 1 and 1000");
        }
    }

    JdbcOptions withNamespace(String value) {
        return new JdbcOptions(value, table, createTable, mode, ioTimeout, idleRetention, rowConnections);
    }

    JdbcOptions withTable(String value) {
        return new JdbcOptions(namespace, value, createTable, mode, ioTimeout, idleRetention, rowConnections);
    }

    JdbcOptions withCreateTable(boolean value) {
        return new JdbcOptions(namespace, table, value, mode, ioTimeout, idleRetention, rowConnections);
    }

    JdbcOptions withMode(JdbcBackend.Mode value) {
        return new JdbcOptions(namespace, table, createTable, value, ioTimeout, idleRetention, rowConnections);
    }

    JdbcOptions withIoTimeout(Duration value) {
        return new JdbcOptions(namespace, table, createTable, mode, value, idleRetention, rowConnections);
    }

    JdbcOptions withIdleRetention(Duration value) {
        return new JdbcOptions(namespace, table, createTable, mode, ioTimeout, value, rowConnections);
    }

    JdbcOptions withRowConnections(int value) {
        return new JdbcOptions(namespace, table, createTable, mode, ioTimeout, idleRetention, value);
    }

    private static void within(String parameter, Duration value, Duration least, Duration most) {
        Objects.requireNonNull(value, parameter);
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(parameter + " " + value + ": must be between " + least + " and " + most);
        }
    }
}
