package dev.pawl.lock.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory for what this run alone uses. Gone with the run. */
final class Scratch implements AutoCloseable {

    private final Path directory;
    private final AtExit atExit;

    private Scratch(Path directory) {
        this.directory = directory;
        this.atExit = new AtExit(this::deleteQuietly);
    }

    static Scratch create() throws IOException {
        return new Scratch(Files.createTempDirectory("pawl-demo-run-"));
    }

    Path directory() {
        return directory;
    }

    private void deleteQuietly() {
        try {
            delete(directory);
        } catch (IOException | UncheckedIOException e) {
            // A worker may still write while the JVM ends; the system empties its directory for temporary files.
        }
    }

    /** Deletes a directory and what is in it. */
    static void delete(Path directory) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(directory)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }

    @Override
    public void close() {
        atExit.close();
    }
}
