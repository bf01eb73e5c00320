package dev.pawl.lock.testservers;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;

/**
 * A MariaDB server. It runs in Docker only: look whether it is {@linkplain #isAvailable() available}.
 *
 * <p>{@link #user()} has all privileges; at most 200 connections; the character set is {@code utf8mb4}.
 */
public final class MariaDbServer extends MySqlFamilyServer {

    private static final String SERVICE = "mariadb";

    private static final Shared<MariaDbServer> shared = new Shared<>(MariaDbServer::start);

    private MariaDbServer(int port) {
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
    public static MariaDbServer shared() {
        return shared.get();
    }

    /**
     * Starts another server.
     *
     * @return a running server, closed by the caller
     * @throws IllegalStateException if there is an {@link #obstacle()}
     */
    public static MariaDbServer start() {
        MariaDbServer server = new MariaDbServer(FreePorts.take(1).get(0));
        server.restart(false);
        return server;
    }

    @Override
    public String jdbcUrl() {
        return "jdbc:mariadb:" + address();
    }

    /**
     * This server's URL for MySQL's driver.
     *
     * @return a URL with user and password
     */
    public String mysqlUrl() {
        return withCredentials("jdbc:mysql:" + address());
    }

    @Override
    String makeTemplate() {
        return "mariadb-install-db --no-defaults --datadir=../new --innodb-log-file-size=16M --skip-test-db"
                + " --auth-root-authentication-method=normal";
    }

    /** The plug-in logs every error that a statement has ended with. */
    @Override
    String program() {
        return "mariadbd --no-defaults --innodb-log-file-size=16M --plugin-load-add=sql_errlog"
                + " --sql-error-log-filename=\"$PWD/../log\" --sql-error-log-size-limit=1000000000";
    }

    @Override
    String writesAnyway() {
        return "READ_ONLY ADMIN";
    }

    @Override
    Collection<String> variablesSet(Connection admin) throws SQLException {
        return strings(
                admin,
                "SELECT variable_name FROM information_schema.system_variables WHERE global_value_origin = 'SQL'");
    }
}
