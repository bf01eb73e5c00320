package dev.pawl.lock.testservers;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;

/** A PostgreSQL server. {@link #user()} is a superuser; at most 200 connections. */
public final class PostgresServer extends SqlServer {

    private static final String ADMIN = "pawl-admin";

    private static final String CLIENTS = " FROM pg_stat_activity WHERE backend_type = 'client backend'"
            + " AND application_name <> '" + ADMIN + "' AND pid <> pg_backend_pid()";

    /** Waits up to 5 s for each to be gone: what it has locked could not be dropped before. */
    private static final String TERMINATE = "SELECT pg_terminate_backend(pid, 5000)" + CLIENTS;

    private static final String FROM_A_TEMPLATE = ServerNode.NOT_AS_ROOT + """
            set -e
            if [ ! -f PG_VERSION ]; then
                if [ ! -d ../template ]; then
                    echo '%2$s' >../password
                    rm -rf ../new
                    initdb -D ../new --username=%1$s --pwfile=../password --auth=scram-sha-256 \\
                        --encoding=UTF8 --locale=C --no-sync --wal-segsize=1
                    echo 'host all all all scram-sha-256' >>../new/pg_hba.conf
                    echo 'CREATE DATABASE %3$s' | postgres --single -D ../new -c fsync=off postgres
                    mv ../new ../template
                fi
                cp -R ../template/. .
                chmod 700 .
            fi
            """.formatted(USER, PASSWORD, DATABASE);

    /**
     * A committed transaction survives {@code kill -9}: for that it must have reached the kernel, not the disk, so nothing is
     * ever synchronised.
     */
    private static final List<String> OPTIONS = List.of(
            "fsync=off",
            "full_page_writes=off",
            "max_connections=200",
            // Below the data directory, not where a killed server would leave it for ever.
            "dynamic_shared_memory_type=mmap",
            "unix_socket_directories=",
            "log_checkpoints=off",
            "log_line_prefix=%m [%p] app=%a ");

    /** A killed server leaves the one segment of System V shared memory that the last line but one of its pid file names. */
    private static final String AFTER_KILL = """
            ipcrm -m "$(sed -n '7s/.* //p' postmaster.pid)"
            rm -f postmaster.pid
            """;

    /** What every client hears that tries too early. */
    private static final Pattern NOT_UP_YET =
            Pattern.compile("FATAL: +the database system is (starting up|not yet accepting connections)$");

    private static final Pattern PROBLEM = Pattern.compile("\\[\\d+] app=.* (WARNING|ERROR|FATAL|PANIC|STATEMENT): .*");

    private static final Shared<PostgresServer> shared = new Shared<>(PostgresServer::start);

    private PostgresServer(int port) {
        super(
                port,
                ServerProvider.of("postgres", "PostgreSQL older than 18") == ServerProvider.DOCKER
                        ? new DockerProcesses("postgres", List.of(port))
                        : new EmbeddedProcesses(PostgresExecutables.DIRECTORY.get()));
    }

    /**
     * The server that all tests of the JVM share, which leave it {@linkplain #heal() healed}. Starts at first use.
     *
     * @return the same every time
     */
    public static PostgresServer shared() {
        return shared.get();
    }

    /**
     * Starts another server.
     *
     * @return a running server, closed by the caller
     */
    public static PostgresServer start() {
        PostgresServer server = new PostgresServer(FreePorts.take(1).get(0));
        server.restart(false);
        return server;
    }

    @Override
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + DATABASE;
    }

    @Override
    ServerNode node() {
        StringBuilder start = new StringBuilder(FROM_A_TEMPLATE)
                .append("exec postgres -D . -p ")
                .append(port)
                .append(" -c listen_addresses=\"$ADDRESS\"");
        OPTIONS.forEach(option -> start.append(" -c '").append(option).append("'"));
        return new ServerNode(port, Map.of(), start.toString(), AFTER_KILL);
    }

    @Override
    Properties adminProperties() {
        Properties properties = new Properties();
        properties.setProperty("user", USER);
        properties.setProperty("password", PASSWORD);
        properties.setProperty("ApplicationName", ADMIN);
        properties.setProperty("connectTimeout", "2");
        properties.setProperty("loginTimeout", "2");
        properties.setProperty("socketTimeout", "10");
        return properties;
    }

    /** Breaks every connection whose last statement was a {@code LISTEN}, once; clients may reconnect. */
    public void cutListeners() {
        run(admin -> execute(admin, TERMINATE + " AND query ILIKE 'LISTEN%'"));
    }

    @Override
    void refuseWrites(Connection admin) throws SQLException {
        execute(admin, "ALTER ROLE " + USER + " SET default_transaction_read_only = on");
    }

    /** The admin is the same role. */
    @Override
    void takeWrites(Connection admin) throws SQLException {
        execute(
                admin,
                "SET default_transaction_read_only = off",
                "ALTER ROLE " + USER + " RESET default_transaction_read_only");
    }

    @Override
    void cutConnections(Connection admin) throws SQLException {
        execute(admin, TERMINATE);
    }

    @Override
    String countOfConnections() {
        return "SELECT count(*)" + CLIENTS;
    }

    @Override
    void empty(Connection admin) throws SQLException {
        execute(admin, "SET default_transaction_read_only = off");
        cutConnections(admin);
        if (!strings(admin, "SELECT name FROM pg_file_settings WHERE sourcefile LIKE '%postgresql.auto.conf'")
                .isEmpty()) {
            throw new SQLException("ALTER SYSTEM was used, which a fresh server undoes");
        }
        execute(
                admin,
                "ALTER ROLE " + USER + " RESET ALL",
                "ALTER ROLE ALL RESET ALL",
                "ALTER DATABASE " + DATABASE + " RESET ALL");
        for (String schema : strings(
                admin,
                "SELECT quote_ident(nspname) FROM pg_namespace"
                        + " WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'")) {
            execute(admin, "DROP SCHEMA " + schema + " CASCADE");
        }
        execute(
                admin,
                "CREATE SCHEMA public AUTHORIZATION pg_database_owner",
                "GRANT USAGE ON SCHEMA public TO PUBLIC");
        for (String role : strings(
                admin,
                "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%' AND rolname <> '" + USER
                        + "'")) {
            execute(admin, "DROP OWNED BY " + role + " CASCADE", "DROP ROLE " + role);
        }
    }

    @Override
    boolean isProblem(String logLine) {
        return PROBLEM.matcher(logLine).find() && !NOT_UP_YET.matcher(logLine).find();
    }
}
