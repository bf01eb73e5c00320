package dev.pawl.lock.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.OsArchitecture;

/** The redis-server that embedded-redis brings for this machine. */
final class RedisExecutable {

    /** The one for 64-bit Linux needs OpenSSL 3 and glibc, which a bare JDK image may lack; the 32-bit one needs nothing. */
    private static final Map<OsArchitecture, String> STATIC =
            Map.of(OsArchitecture.UNIX_x86_64, "/redis-server-6.2.7-linux-386");

    /** Where it is, under the name {@code redis-server}. */
    static final Shared<Path> DIRECTORY = new Shared<>(() -> {
        Path directory = EmbeddedProcesses.newDirectory("redis");
        try {
            Files.createSymbolicLink(directory.resolve("redis-server"), unpack(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory;
    });

    private RedisExecutable() {}

    private static Path unpack(Path directory) {
        List<Map<OsArchitecture, String>> choices = List.of(ExecutableProvider.newProvidedVersionsMap(), STATIC);
        for (Map<OsArchitecture, String> choice : choices) {
            if (choice.containsKey(OsArchitecture.detectOSandArchitecture())) {
                Path executable = unpack(directory, choice);
                if (runs(executable)) {
                    return executable;
                }
            }
        }
        throw new IllegalStateException(
                "none of embedded-redis's servers runs on this machine; a Docker engine would do");
    }

    private static Path unpack(Path directory, Map<OsArchitecture, String> executables) {
        try {
            return ExecutableProvider.newJarResourceProvider(directory::toFile, executables)
                    .get()
                    .toPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean runs(Path executable) {
        try {
            return new ProcessBuilder(executable.toString(), "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
