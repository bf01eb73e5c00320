package dev.pawl.lock.testservers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.h2.tools.Server;

/** What runs in the process of an {@link H2Server}. */
final class H2Process {

    private H2Process() {}

    /**
     * Opens the database and serves it until it is killed.
     *
     * @param arguments the database's file in the working directory, user, password, the fixture's own user, port, and the
     *     link to the working directory through which others may open the file from now on
     */
    public static void main(String[] arguments) throws Exception {
        String file = Path.of(arguments[0]).toAbsolutePath().toString();
        try (Connection kept = open(file, arguments[3], arguments[2])) {
            try (Statement statement = kept.createStatement()) {
                statement.execute(
                        "CREATE USER IF NOT EXISTS " + arguments[1] + " PASSWORD '" + arguments[2] + "' ADMIN");
            }
            link(Path.of(arguments[5]));
            Server.createTcpServer(
                            "-tcpPort",
                            arguments[4],
                            "-baseDir",
                            Path.of("").toAbsolutePath().toString())
                    .start();
            Thread.currentThread().join();
        }
    }

    /**
     * A committed transaction survives {@code kill -9}: for that it must have reached the kernel, and H2 would let it wait for
     * half a second ({@code WRITE_DELAY}). Nor may H2 reuse the space of what is outdated, as it does after 45 s
     * ({@code RETENTION_TIME}): from then on, one kill in twenty lost the last few commits.
     */
    private static Connection open(String file, String user, String password) throws SQLException {
        String settings = ";AUTO_SERVER=TRUE;WRITE_DELAY=0;RETENTION_TIME=86400000"
                + ";TRACE_LEVEL_FILE=0;TRACE_LEVEL_SYSTEM_OUT=1";
        return DriverManager.getConnection("jdbc:h2:file:" + file + settings, user, password);
    }

    private static void link(Path link) throws Exception {
        Path next = link.resolveSibling("next");
        Files.createSymbolicLink(next, Path.of("").toAbsolutePath());
        Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
    }
}
