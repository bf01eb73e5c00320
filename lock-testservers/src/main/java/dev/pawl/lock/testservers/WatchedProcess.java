package dev.pawl.lock.testservers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * A server process that ends with this JVM, even when the JVM is killed with -9: its parent is a shell which reads from the
 * JVM, and reading ends when the JVM does. The shell also sends the signals, so that no process id can have become somebody
 * else's. It works in a directory with the scripts {@code start} and {@code after-kill}, the {@code log} and, while it runs,
 * {@code pid}.
 */
final class WatchedProcess {

    private static final String WATCH = ProcessTree.FUNCTIONS + """
            end() {
                send KILL "$server"
                wait
                (cd data && sh ../after-kill) >>log 2>&1
                rm -f pid
            }
            trap '' HUP INT TERM        # a Ctrl-C must not end the shell before its child
            (cd data && exec sh ../start) >>log 2>&1 &
            server=$!
            echo "$server" >pid
            while read -r signal; do
                if [ "$signal" = KILL ]; then
                    end
                    echo "$signal"
                    exit
                fi
                send "$signal" "$server"
                echo "$signal"
            done
            end
            """;

    /** Tries again while processes that end at the same time still write. */
    private static final String REMOVE_AT_END = """
            trap '' HUP INT TERM
            read -r end
            for attempt in 1 2 3 4 5; do
                if ! ls "$1"/*/pid >/dev/null 2>&1; then
                    rm -rf "$1" && exit
                fi
                sleep 1
            done
            rm -rf "$1"
            """;

    private final Writer toShell;
    private final BufferedReader fromShell;

    private WatchedProcess(Process shell) {
        toShell = shell.outputWriter(StandardCharsets.UTF_8);
        fromShell = shell.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts the server in a directory, with more environment variables. */
    static WatchedProcess start(Path directory, Map<String, String> environment) throws IOException {
        ProcessBuilder shell = new ProcessBuilder("sh", "-c", WATCH)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        shell.environment().putAll(environment);
        return new WatchedProcess(shell.start());
    }

    /** Has a directory removed when this JVM ends. */
    static void removeAtEnd(Path directory) throws IOException {
        new ProcessBuilder("sh", "-c", REMOVE_AT_END, "remove", directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Returns when the signal has been sent; for {@code KILL}, when the process and its children are gone. */
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
