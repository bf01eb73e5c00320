package dev.pawl.lock.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The environment of a process whose wall clock is wrong, by Debian's {@code libfaketime}. Its monotonic clock stays right. */
public final class WrongClock {

    private static final Path LIBRARIES = Path.of("/usr/lib");

    private WrongClock() {}

    /**
     * Looks for the library.
     *
     * @return its path, or empty where it is not installed (Debian: {@code faketime})
     */
    public static Optional<Path> library() {
        if (!Files.isDirectory(LIBRARIES)) {
            return Optional.empty();
        }
        try (Stream<Path> architectures = Files.list(LIBRARIES)) {
            return architectures
                    .map(architecture -> architecture.resolve("faketime/libfaketimeMT.so.1"))
                    .filter(Files::isRegularFile)
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A clock that is wrong by always the same.
     *
     * @param library the {@link #library()}
     * @param off by how much
     * @return environment variables
     */
    public static Map<String, String> by(Path library, Duration off) {
        Map<String, String> environment = base(library);
        environment.put("FAKETIME", offset(off));
        return environment;
    }

    /**
     * A clock that is {@linkplain #step stepped} while the process runs.
     *
     * @param library the {@link #library()}
     * @param file where it reads once a second how wrong to be
     * @return environment variables
     */
    public static Map<String, String> from(Path library, Path file) {
        Map<String, String> environment = base(library);
        environment.put("FAKETIME_TIMESTAMP_FILE", file.toString());
        environment.put("FAKETIME_CACHE_DURATION", "1");
        return environment;
    }

    private static Map<String, String> base(Path library) {
        Map<String, String> environment = new HashMap<>();
        environment.put("LD_PRELOAD", library.toString());
        environment.put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        // What it is for, old C libraries, is over; here it would end every wait at once.
        environment.put("FAKETIME_FORCE_MONOTONIC_FIX", "0");
        return environment;
    }

    /**
     * Sets a clock.
     *
     * @param file the file of {@link #from}
     * @param off by how much the clock is wrong from now on, within a second
     */
    public static void step(Path file, Duration off) {
        try {
            Files.writeString(file, offset(off));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String offset(Duration off) {
        return String.format(Locale.ROOT, "%+.3fs", off.toMillis() / 1e3);
    }
}
