package dev.pawl.lock.tests.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Processes of the binary that embedded-redis brings; each works in a directory of its own. */
final class EmbeddedRedis implements RedisProcesses {

    private static final int LOG_LINES = 20;

    private final Map<Integer, WatchedProcess> running = new HashMap<>();

    /** All that this JVM's servers need and write; removed when the JVM ends. */
    private static final class Root {
        static final Path PATH = createTemporaryDirectory();
        static final Path EXECUTABLE = RedisExecutable.unpack(PATH);

        private static Path createTemporaryDirectory() {
            try {
                Path directory = Files.createTempDirectory("pawl-redis-");
                WatchedProcess.removeAtEnd(directory);
                return directory;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void start(List<RedisNode> nodes, boolean keepData) {
        try {
            for (RedisNode node : nodes) {
                start(node, keepData);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void start(RedisNode node, boolean keepData) throws IOException {
        Path directory = directory(node.port());
        if (!keepData) {
            delete(directory);
        }
        Files.createDirectories(directory);
        RedisNode local = node.configured("bind 127.0.0.1\n");
        for (Map.Entry<String, String> file : local.files().entrySet()) {
            Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }
        List<String> command = Stream.of(
                        Root.EXECUTABLE.toString(), RedisNode.CONFIG, node.sentinel() ? "--sentinel" : "")
                .filter(word -> !word.isEmpty())
                .toList();
        running.put(node.port(), WatchedProcess.start(command, directory, log(directory)));
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
    public String log(int port) {
        try (Stream<String> lines = Files.lines(log(directory(port)))) {
            List<String> all = lines.toList();
            return all.subList(Math.max(0, all.size() - LOG_LINES), all.size()).stream()
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    private static Path directory(int port) {
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
