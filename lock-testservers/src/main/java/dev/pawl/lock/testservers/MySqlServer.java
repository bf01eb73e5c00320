package dev.pawl.lock.testservers;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A MySQL server. It runs in Docker only: look whether it is {@linkplain #isAvailable() available}. Unlike the other servers
 * it encrypts its connections.
 *
 * <p>{@link #user()} has all privileges; at most 200 connections; the character set is {@code utf8mb4}.
 */
public final class MySqlServer extends MySqlFamilyServer {

    private static final String SERVICE = "mysql";

    /** Its files are copied at each start. */
    private static final String SMALL = " --innodb-redo-log-capacity=8M";

    private static final Shared<MySqlServer> shared = new Shared<>(MySqlServer::start);

    private Collection<String> variablesAtStart = Set.of();

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
        server.variablesAtStart = server.ask(MySqlServer::variables);
        return server;
    }

    @Override
    public String jdbcUrl() {
        return "jdbc:mysql:" + address();
    }

    @Override
    String makeTemplate() {
        return "mysqld --no-defaults" + SMALL + " --initialize-insecure --datadir=\"$PWD/../new\"";
    }

    @Override
    String program() {
        return "mysqld --no-defaults" + SMALL + " --log-error-verbosity=1 --mysqlx=OFF";
    }

    @Override
    String writesAnyway() {
        return "SUPER, CONNECTION_ADMIN";
    }

    /** Who has set which cannot be asked: that is also told of what a session has set for itself. */
    @Override
    Collection<String> variablesSet(Connection admin) throws SQLException {
        Set<String> set = new TreeSet<>(variables(admin));
        set.removeAll(variablesAtStart);
        return set;
    }

    private static Collection<String> variables(Connection admin) throws SQLException {
        return strings(
                admin, "SELECT concat(variable_name, '=', variable_value) FROM performance_schema.global_variables");
    }
}
