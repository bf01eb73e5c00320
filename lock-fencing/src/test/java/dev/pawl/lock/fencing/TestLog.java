package dev.pawl.lock.fencing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/** What is logged while something runs: into the file that the build names, or to standard error. */
final class TestLog {

    private TestLog() {}

    interface Action {
        void run() throws SQLException;
    }

    static String of(Action action) throws SQLException {
        String file = System.getProperty("org.slf4j.simpleLogger.logFile");
        if (file != null) {
            int before = read(file).length();
            action.run();
            return read(file).substring(before);
        }
        PrintStream before = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(before);
        }
        return written.toString(StandardCharsets.UTF_8);
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
