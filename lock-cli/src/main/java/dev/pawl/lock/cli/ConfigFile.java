package dev.pawl.lock.cli;

import java.io.IOException;
import java.io.Reader;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Puts one file where {@code LockConfig.load()} looks for {@code pawl.properties}: a program has no class path for its users to add to. */
final class ConfigFile extends ClassLoader {

    private static final String NAME = "pawl.properties";
    private static final String OF_TESTS = "pawl-test.properties";

    private final @Nullable Path file;

    private ConfigFile(@Nullable Path file) {
        super(ConfigFile.class.getClassLoader());
        this.file = file;
    }

    /** The file that is asked for, else that of the working directory, if it has one. */
    static ConfigFile of(@Nullable Path asked) throws CliException {
        Path file = asked != null ? asked : Path.of(NAME);
        if (asked == null && !Files.exists(file)) {
            return new ConfigFile(null);
        }
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new CliException(ExitCode.USAGE, "the configuration " + file + " cannot be read");
        }
        return new ConfigFile(file);
    }

    /** Whether the file has this key. One that is malformed has not: who loads it says so. */
    boolean sets(String key) {
        Properties properties = new Properties();
        if (file != null) {
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                return false;
            }
        }
        return properties.containsKey(key);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        return switch (name) {
            case NAME ->
                file == null
                        ? Collections.emptyEnumeration()
                        : Collections.enumeration(Collections.singleton(
                                file.toAbsolutePath().toUri().toURL()));
            case OF_TESTS -> Collections.emptyEnumeration();
            default -> super.getResources(name);
        };
    }
}
