package dev.pawl.lock.testservers;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * What MariaDB and MySQL have in common. There is no embedded server of either: they run in Docker, or are left out.
 *
 * <p>{@link #user()} has all privileges; at most 200 connections; the character set is {@code utf8mb4}.
 */
abstract sealed class MySqlFamilyServer extends SqlServer permits MariaDbServer, MySqlServer {

    private static final String ADMIN = "pawl_admin";

    private static final String CLIENTS = " FROM information_schema.processlist" + " WHERE user NOT IN ('" + ADMIN
            + "', 'system user', 'event_scheduler')";

    /** What {@code KILL} says when the client has gone by itself. */
    private static final int NO_SUCH_THREAD = 1094;

    /** Executed at each start, before the first client is heard. */
    private static final String INIT = """
            CREATE DATABASE IF NOT EXISTS %1$s;
            CREATE USER IF NOT EXISTS %2$s@'%%' IDENTIFIED BY '%3$s';
            GRANT ALL ON *.* TO %2$s@'%%' WITH GRANT OPTION;
            CREATE USER IF NOT EXISTS %4$s@'%%' IDENTIFIED BY '%3$s';
            GRANT ALL ON *.* TO %4$s@'%%' WITH GRANT OPTION;
            """.formatted(DATABASE, USER, PASSWORD, ADMIN);

    private static final String FROM_A_TEMPLATE = ServerNode.NOT_AS_ROOT + """
            set -e
            if [ ! -d mysql ]; then
                if [ ! -d ../template ]; then
                    rm -rf ../new
                    %1$s
                    mv ../new ../template
                fi
                cp -R ../template/. .
            fi
            cat >../init.sql <<'END'
            %2$s
            END
            """;

    private static final String OPTIONS = """
             --datadir="$PWD" --socket=socket --pid-file=pid --init-file="$PWD/../init.sql" \
            --bind-address="$ADDRESS" --skip-name-resolve --max-connections=200 \
            --character-set-server=utf8mb4 --innodb-print-all-deadlocks=ON \
            """
            // A committed transaction survives kill -9: for that it must have reached the kernel, not the disk.
            + " --innodb-flush-log-at-trx-commit=2 --skip-log-bin";

    MySqlFamilyServer(String service, int port) {
        super(port, new DockerProcesses(available(service), List.of(port)));
    }

    private static String available(String service) {
        ServerProvider.obstacle(service).ifPresent(obstacle -> {
            throw new IllegalStateException(service + " is left out: " + obstacle);
        });
        return service;
    }

    /** A shell command that makes an empty data directory {@code ../new}. */
    abstract String makeTemplate();

    /** The name of the server program, and its own options. */
    abstract String program();

    /** The global variables that somebody has set since the start. */
    abstract Collection<String> variablesSet(Connection admin) throws SQLException;

    final String address() {
        return "//127.0.0.1:" + port + "/" + DATABASE;
    }

    @Override
    final ServerNode node() {
        String start =
                FROM_A_TEMPLATE.formatted(makeTemplate(), INIT) + "exec " + program() + " --port=" + port + OPTIONS;
        return new ServerNode(port, Map.of(), start, "rm -f pid socket socket.lock");
    }

    @Override
    final Properties adminProperties() {
        Properties properties = new Properties();
        properties.setProperty("user", ADMIN);
        properties.setProperty("password", PASSWORD);
        properties.setProperty("connectTimeout", "2000");
        properties.setProperty("socketTimeout", "10000");
        return properties;
    }

    /** The privileges by which {@link #user()} writes although {@code read_only} is set. */
    abstract String writesAnyway();

    /** A connection keeps the global privileges that its user had when it was made. */
    @Override
    final void refuseWrites(Connection admin) throws SQLException {
        execute(admin, "REVOKE " + writesAnyway() + " ON *.* FROM " + USER + "@'%'", "SET GLOBAL read_only = ON");
    }

    @Override
    final void takeWrites(Connection admin) throws SQLException {
        execute(admin, "GRANT " + writesAnyway() + " ON *.* TO " + USER + "@'%'");
    }

    @Override
    final String countOfConnections() {
        return "SELECT count(*)" + CLIENTS;
    }

    @Override
    final void cutConnections(Connection admin) throws SQLException {
        List<String> clients = strings(admin, "SELECT id" + CLIENTS);
        for (String id : clients) {
            try {
                execute(admin, "KILL CONNECTION " + id);
            } catch (SQLException e) {
                if (e.getErrorCode() != NO_SUCH_THREAD) {
                    throw e;
                }
            }
        }
        // What a client has locked could not be dropped before it is gone. Others may have come meanwhile.
        await("clients live on", () -> Collections.disjoint(clients, strings(admin, "SELECT id" + CLIENTS)));
    }

    @Override
    final void empty(Connection admin) throws SQLException {
        cutConnections(admin);
        Collection<String> variables = variablesSet(admin);
        if (!variables.isEmpty()) {
            throw new SQLException("global variables were set, which a fresh server undoes: " + variables);
        }
        for (String database : strings(admin, """
                SELECT concat('`', replace(schema_name, '`', '``'), '`') FROM information_schema.schemata
                WHERE schema_name NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')
                """)) {
            execute(admin, "DROP DATABASE " + database);
        }
        for (String user : strings(admin, """
                SELECT concat(quote(user), '@', quote(host)) FROM mysql.user
                WHERE user NOT IN ('%s', '%s', 'root', 'PUBLIC', '') AND user NOT LIKE 'mysql%%' AND user NOT LIKE 'mariadb.%%'
                """.formatted(USER, ADMIN))) {
            execute(admin, "DROP USER " + user);
        }
        execute(admin, "CREATE DATABASE " + DATABASE);
    }

    @Override
    final boolean isProblem(String logLine) {
        return logLine.contains("[ERROR]") || logLine.contains("deadlock detected") || logLine.contains(" ERROR ");
    }
}
