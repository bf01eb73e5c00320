package dev.pawl.lock.tests.servers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that ends with this JVM, even when the JVM is killed with -9: its parent is a shell which reads from the JVM, and
 * reading ends when the JVM does. The shell also sends the signals, so that no process id can have become somebody else's.
 */
final class WatchedProcess {

    private static final String WATCH = """
            trap '' HUP INT TERM        # a Ctrl-C must not end the shell before its child
            log=$1
            shift
            "$@" >>"$log" 2>&1 &
            while read -r signal; do
                kill -"$signal" $!
                if [ "$signal" = KILL ]; then
                    wait
                    echo "$signal"
                    exit
                fi
                echo "$signal"
            done
            kill -KILL $!
            """;

    /** Tries again while processes that end at the same time still write. */
    private static final String REMOVE_AT_END = """
            trap '' HUP INT TERM
            read -r end
            for attempt in 1 2 3 4 5; do
                rm -rf "$1" && exit
                sleep 1
            done
            """;

    private final Writer toShell;
    private final BufferedReader fromShell;

    private WatchedProcess(Process shell) {
        toShell = shell.outputWriter(StandardCharsets.UTF_8);
        fromShell = shell.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts a process. */
    static WatchedProcess start(List<String> command, Path directory, Path log) throws IOException {
        List<String> watched = new ArrayList<>(List.of("sh", "-c", WATCH, "watch", log.toString()));
        watched.addAll(command);
        return new WatchedProcess(new ProcessBuilder(watched)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Has a directory removed when this JVM ends. */
    static void removeAtEnd(Path directory) throws IOException {
        new ProcessBuilder("sh", "-c", REMOVE_AT_END, "remove", directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Returns when the signal has been sent; for {@code KILL}, when the process is gone. */
    void signal(Signal signal) {
        try {
            toShell.write(signal + "\n");
            toShell.flush();
            String answer = fromShell.readLine();
            if (!signal.name().equals(answer)) {
                throw new IllegalStateException("the shell that watches the server answered " + answer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
