package dev.pawl.lock.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the database of the default URL open, as a process of its own. It is told the URL on its standard input, and that its
 * run has gone by the end of that input. If it is the one that serves the database, it then stays until nobody else is
 * connected, deletes the database and ends; if another serves, it ends at once.
 */
final class EmbeddedMain {

    static final String READY = "ready";
    static final String NEEDED = "needed";

    private static final long LOOK_MILLIS = 200;

    /** Whoever serves may be killed while this one connects to it. */
    private static final int MOST_TRIES = 10;

    private final String url;
    private final FileChannel door;
    private final PrintStream out;
    private final CountDownLatch runHasGone = new CountDownLatch(1);

    private EmbeddedMain(String url, FileChannel door, PrintStream out) {
        this.url = url;
        this.door = door;
        this.out = out;
    }

    /**
     * Started by {@link Embedded}.
     *
     * @param args a file, locked by whoever opens or closes the database: H2 takes seconds to find out who came first if two do
     *     so at once
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        String url = in.readLine();
        if (url == null) {
            return;
        }
        try (FileChannel door =
                FileChannel.open(Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            EmbeddedMain main = new EmbeddedMain(url, door, out);
            Thread listener = new Thread(() -> main.waitForEnd(in), "run");
            listener.setDaemon(true);
            listener.start();
            main.keep();
        }
        System.exit(0);
    }

    private void waitForEnd(BufferedReader in) {
        try {
            while (in.readLine() != null) {
                // Nothing more is told.
            }
        } catch (IOException e) {
            // The end, too.
        } finally {
            runHasGone.countDown();
        }
    }

    private void keep() throws IOException, InterruptedException {
        boolean ended = false;
        for (int tries = 1; !ended; tries++) {
            try (Connection connection = open()) {
                out.println(READY);
                runHasGone.await();
                while (serves(connection) && !retires(connection)) {
                    out.println(NEEDED);
                    Thread.sleep(LOOK_MILLIS);
                }
                ended = true;
            } catch (SQLException e) {
                if (tries == MOST_TRIES) {
                    out.println(Fields.join("failed", Problems.oneLine(e)));
                }
                ended = tries == MOST_TRIES || runHasGone.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private Connection open() throws IOException, SQLException {
        FileLock alone = door.lock();
        try {
            Connection connection = DriverManager.getConnection(url);
            if (serves(connection)) {
                // Else a lock could be granted, and forgotten for half a second more if this process is killed.
                execute(connection, "SET WRITE_DELAY 0");
            }
            return connection;
        } finally {
            alone.release();
        }
    }

    /** Leaves only if nobody is there; nobody can come meanwhile. */
    private boolean retires(Connection connection) throws IOException, SQLException {
        FileLock alone = door.lock();
        try {
            boolean free =
                    ask(connection, "SELECT count(*) FROM information_schema.sessions WHERE session_id <> session_id()")
                            == 0;
            if (free) {
                execute(connection, "DROP ALL OBJECTS DELETE FILES");
                execute(connection, "SHUTDOWN");
            }
            return free;
        } finally {
            alone.release();
        }
    }

    /** A session that came over the network has the address at which it arrived. */
    private static boolean serves(Connection connection) throws SQLException {
        return ask(
                        connection,
                        "SELECT count(*) FROM information_schema.sessions"
                                + " WHERE session_id = session_id() AND server IS NULL")
                == 1;
    }

    private static long ask(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(question)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static void execute(Connection connection, String text) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(text);
        }
    }
}
