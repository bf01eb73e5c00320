package dev.pawl.lock.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * A process that has an H2 database open, whatever the other servers run in. It serves the database in two ways: {@link #url()}
 * is that of a plain server; with {@link #autoServerUrl()} a client finds it by the database's file.
 *
 * <p>While the process is dead nobody can open the file, so that no client becomes the server itself. A commit that was
 * acknowledged survives {@link #kill()}, which takes settings that are not H2's defaults. {@link #user()} is an
 * administrator. The {@link #log()} has only what goes wrong in the process itself: H2 does not log what it has refused.
 */
public final class H2Server extends SqlServer {

    private static final String ADMIN = "PAWL_ADMIN";

    private static final String CLIENTS =
            " FROM information_schema.sessions WHERE user_name <> '" + ADMIN + "' AND session_id <> session_id()";

    private static final Shared<H2Server> shared = new Shared<>(H2Server::start);

    /** Where clients find the database's file: a link to the data while the process has it open, else a plain file. */
    private final Path link;

    private H2Server(int port) {
        super(port, new EmbeddedProcesses(Path.of(System.getProperty("java.home"), "bin")));
        link = EmbeddedProcesses.directory(port).resolve("open");
    }

    /**
     * The server that all tests of the JVM share, which leave it {@linkplain #heal() healed}. Starts at first use.
     *
     * @return the same every time
     */
    public static H2Server shared() {
        return shared.get();
    }

    /**
     * Starts another server.
     *
     * @return a running server, closed by the caller
     */
    public static H2Server start() {
        H2Server server = new H2Server(FreePorts.take(1).get(0));
        server.restart(false);
        return server;
    }

    @Override
    public String jdbcUrl() {
        return "jdbc:h2:tcp://127.0.0.1:" + port + "/./" + DATABASE;
    }

    @Override
    public String url() {
        return jdbcUrl() + credentials();
    }

    /**
     * The URL of the database's file in mixed mode ({@code AUTO_SERVER=TRUE}). Its clients reconnect by themselves, and send
     * again what had no reply.
     *
     * @return a URL with user and password
     */
    public String autoServerUrl() {
        return "jdbc:h2:file:" + link.resolve(DATABASE) + ";AUTO_SERVER=TRUE" + credentials();
    }

    private static String credentials() {
        return ";USER=" + USER + ";PASSWORD=" + PASSWORD;
    }

    /**
     * Each process has the database in a directory of a new name. A client that was about to open the file when the last one
     * died has resolved the link already, and goes on for seconds; where the directory was it finds a plain file.
     */
    @Override
    ServerNode node() {
        String start = """
                generation=$(($(cat ../generation 2>/dev/null || echo 0) + 1))
                echo $generation >../generation
                if [ -f keep ]; then
                    mv ../kept ../$generation
                    rm -f ../$generation/*.lock.db
                else
                    rm -rf ../kept
                    mkdir ../$generation
                fi
                : >keep
                cd ../$generation
                exec java -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dh2.bindAddress="$ADDRESS" -cp %s %s %s
                """.formatted(
                        quoted(System.getProperty("java.class.path")),
                        H2Process.class.getName(),
                        String.join(" ", DATABASE, USER, PASSWORD, ADMIN, Integer.toString(port), quoted(link)));
        String afterKill = """
                generation=$(cat ../generation)
                mv ../$generation ../kept && : >../$generation
                """;
        return new ServerNode(port, Map.of(), start, afterKill);
    }

    private static String quoted(Object word) {
        return "'" + word.toString().replace("'", "'\\''") + "'";
    }

    @Override
    void beforeKill() {
        try {
            Path plain = Files.createFile(link.resolveSibling("closed"));
            Files.move(plain, link, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    Properties adminProperties() {
        Properties properties = new Properties();
        properties.setProperty("user", ADMIN);
        properties.setProperty("password", PASSWORD);
        properties.setProperty("NETWORK_TIMEOUT", "5000");
        return properties;
    }

    @Override
    String countOfConnections() {
        return "SELECT count(*)" + CLIENTS;
    }

    @Override
    void cutConnections(Connection admin) throws SQLException {
        execute(admin, "SELECT abort_session(session_id)" + CLIENTS);
        // What a client has locked could not be dropped before it is gone.
        await("clients live on", () -> strings(admin, countOfConnections()).equals(List.of("0")));
    }

    @Override
    void empty(Connection admin) throws SQLException {
        cutConnections(admin);
        execute(admin, "DROP ALL OBJECTS", "CREATE USER " + USER + " PASSWORD '" + PASSWORD + "' ADMIN");
    }

    @Override
    boolean isProblem(String logLine) {
        return true;
    }
}
