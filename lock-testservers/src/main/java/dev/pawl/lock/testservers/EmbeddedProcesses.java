package dev.pawl.lock.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Processes of this machine; each works in a directory of its own. */
final class EmbeddedProcesses implements ServerProcesses {

    private final Path executables;
    private final Map<Integer, WatchedProcess> running = new HashMap<>();

    /** All that this JVM's servers need and write; removed when the JVM ends. */
    private static final class Root {
        static final Path PATH = createTemporaryDirectory();

        private static Path createTemporaryDirectory() {
            try {
                Path directory = Files.createTempDirectory("pawl-servers-");
                // A server that refuses to be root must get through, too.
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
                WatchedProcess.removeAtEnd(directory);
                return directory;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * A place for processes.
     *
     * @param executables the directory of the programs that their scripts start
     */
    EmbeddedProcesses(Path executables) {
        this.executables = executables;
    }

    /** A directory for what is unpacked; removed when the JVM ends. */
    static Path newDirectory(String name) {
        try {
            return Files.createDirectory(Root.PATH.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String address() {
        return "127.0.0.1";
    }

    @Override
    public void start(List<ServerNode> nodes, boolean keepData) {
        try {
            for (ServerNode node : nodes) {
                start(node, keepData);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void start(ServerNode node, boolean keepData) throws IOException {
        Path directory = directory(node.port());
        Path data = directory.resolve("data");
        if (!keepData) {
            delete(data);
        }
        Files.createDirectories(data);
        for (Map.Entry<String, String> file : node.files().entrySet()) {
            Files.writeString(data.resolve(file.getKey()), file.getValue());
        }
        Files.writeString(directory.resolve("start"), node.start());
        Files.writeString(directory.resolve("after-kill"), node.afterKill());
        Map<String, String> environment =
                Map.of("ADDRESS", address(), "PATH", executables + ":" + System.getenv("PATH"));
        running.put(node.port(), WatchedProcess.start(directory, environment));
    }

    @Override
    public void signal(Signal signal, Collection<Integer> ports) {
        for (int port : ports) {
            WatchedProcess process = running.get(port);
            if (process != null) {
                process.signal(signal);
            }
            if (signal == Signal.KILL) {
                running.remove(port);
            }
        }
    }

    @Override
    public List<String> log(int port) {
        try {
            // Not as lines of a checked UTF-8: a server may log what a client sent.
            return new String(Files.readAllBytes(log(directory(port))), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            return List.of("no log: " + e);
        }
    }

    @Override
    public void clearLog(int port) {
        try {
            Files.write(log(directory(port)), new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The directory in which the process on this port has its data directory, and what outlives that. */
    static Path directory(int port) {
        return Root.PATH.resolve(Integer.toString(port));
    }

    private static Path log(Path directory) {
        return directory.resolve("log");
    }

    @Override
    public void close() {
        List<Integer> ports = List.copyOf(running.keySet());
        signal(Signal.KILL, ports);
        ports.forEach(port -> delete(directory(port)));
    }

    private static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
