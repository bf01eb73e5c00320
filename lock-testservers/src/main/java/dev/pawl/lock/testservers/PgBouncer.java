package dev.pawl.lock.testservers;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A PgBouncer of this machine in front of a PostgreSQL server. It lends each transaction one of three sessions; those of another
 * database name are lent for as long as a client is connected.
 */
public final class PgBouncer implements AutoCloseable {

    private static final String BY_SESSION = SqlServer.DATABASE + "_by_session";

    private static final String CONFIGURATION = """
            [databases]
            %1$s = host=127.0.0.1 port=%5$d dbname=%1$s user=%2$s password=%3$s
            %6$s = host=127.0.0.1 port=%5$d dbname=%1$s user=%2$s password=%3$s pool_mode=session pool_size=30
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = %4$d
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 3
            max_client_conn = 500
            ignore_startup_parameters = extra_float_digits
            """;

    private final int port;
    private final EmbeddedProcesses processes;

    private PgBouncer(int port, EmbeddedProcesses processes) {
        this.port = port;
        this.processes = processes;
    }

    /** Where it is installed: Debian's path of a user does not lead there. */
    private static Optional<Path> directory() {
        return Stream.concat(
                        Arrays.stream(System.getenv("PATH").split(File.pathSeparator)),
                        Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(Path::of)
                .filter(directory -> Files.isExecutable(directory.resolve("pgbouncer")))
                .findFirst();
    }

    /**
     * Whether it is installed.
     *
     * @return false where its tests are skipped (Debian: {@code pgbouncer})
     */
    public static boolean isAvailable() {
        return directory().isPresent();
    }

    /**
     * Starts one.
     *
     * @param server the server whose sessions it lends
     * @return a running pooler, closed by the caller
     */
    public static PgBouncer start(PostgresServer server) {
        int port = FreePorts.take(1).get(0);
        String configuration = CONFIGURATION.formatted(
                SqlServer.DATABASE, server.user(), server.password(), port, server.port(), BY_SESSION);
        EmbeddedProcesses processes = new EmbeddedProcesses(directory().orElseThrow());
        ServerNode node = new ServerNode(
                port,
                Map.of("pgbouncer.ini", configuration),
                ServerNode.NOT_AS_ROOT + "exec pgbouncer pgbouncer.ini",
                "");
        processes.start(List.of(node), false);
        PgBouncer bouncer = new PgBouncer(port, processes);
        processes.await("the pooler does not answer", List.of(port), bouncer::answers);
        return bouncer;
    }

    private boolean answers() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url())) {
            return connection.isValid(0);
        }
    }

    /**
     * Where each transaction has another session.
     *
     * @return a URL with user and password
     */
    public String url() {
        return SqlServer.withCredentials("jdbc:postgresql://127.0.0.1:" + port + "/" + SqlServer.DATABASE);
    }

    /**
     * Where a client has a session for as long as it is connected.
     *
     * @return a URL with user and password
     */
    public String urlBySession() {
        return SqlServer.withCredentials("jdbc:postgresql://127.0.0.1:" + port + "/" + BY_SESSION);
    }

    @Override
    public void close() {
        processes.close();
    }
}
