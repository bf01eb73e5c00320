package dev.pawl.lock.tests.servers;

import java.util.Optional;

/**
 * A MySQL server. It runs in Docker only: look whether it is {@linkplain #isAvailable() available}. Unlike the other servers
 * it encrypts its connections.
 *
 * <p>{@link #user()} has all privileges; at most 200 connections; the character set is {@code utf8mb4}.
 */
public final class MySqlServer extends MySqlFamilyServer {

    private static final String SERVICE = "mysql";

    private static final Shared<MySqlServer> shared = new Shared<>(MySqlServer::start);

    private MySqlServer(int port) {
        super(SERVICE, port);
    }

    /**
     * Whether it can run; if not, that has been said in one line.
     *
     * @return true if {@link #shared()} works
     */
    public static boolean isAvailable() {
        return obstacle().isEmpty();
    }

    /**
     * What keeps it from running.
     *
     * @return the reason to skip tests with, or empty
     */
    public static Optional<String> obstacle() {
        return ServerProvider.obstacle(SERVICE);
    }

    /**
     * The server that all tests of the JVM share, which leave it {@linkplain #heal() healed}. Starts at first use.
     *
     * @return the same every time
     * @throws IllegalStateException if there is an {@link #obstacle()}
     */
    public static MySqlServer shared() {
        return shared.get();
    }

    /**
     * Starts another server.
     *
     * @return a running server, closed by the caller
     * @throws IllegalStateException if there is an {@link #obstacle()}
     */
    public static MySqlServer start() {
        MySqlServer server = new MySqlServer(FreePorts.take(1).get(0));
        server.restart(false);
        return server;
    }

    @Override
    public String jdbcUrl() {
        return "jdbc:mysql:" + address();
    }

    @Override
    String makeTemplate() {
        return "mysqld --no-defaults --initialize-insecure --datadir=\"$PWD/../new\"";
    }

    @Override
    String program() {
        return "mysqld --no-defaults --log-error-verbosity=1 --mysqlx=OFF";
    }

    /** The table shows those of the session, too, where the driver has set two. */
    @Override
    String variablesSet() {
        return "SELECT variable_name FROM performance_schema.variables_info"
                + " WHERE set_user IS NOT NULL AND variable_name NOT IN ('autocommit', 'character_set_results')";
    }
}
