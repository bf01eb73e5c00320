package dev.pawl.lock.spi;

import dev.pawl.lock.LockConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * A library that a backend speaks to its service with. An application's own choice of versions wins over Pawl's, so a fault of
 * the class path is told with both: the version that is there, and the one that the backend was built with.
 *
 * @param artifact Maven's name of it, {@code group:artifact}
 * @param builtWith the version that the backend was compiled against
 */
public record ClientLibrary(String artifact, String builtWith) {

    /**
     * Refuses null components.
     *
     * @param artifact as above
     * @param builtWith as above
     */
    public ClientLibrary {
        Objects.requireNonNull(artifact, "artifact");
        Objects.requireNonNull(builtWith, "builtWith");
    }

    /**
     * Reads what the build has written into {@code libraries.properties} beside a class. Loads no class of any library.
     *
     * @param owner a class of the backend
     * @return the libraries by name; empty if there is no such file
     */
    public static List<ClientLibrary> of(Class<?> owner) {
        Properties properties = new Properties();
        try (InputStream file = owner.getResourceAsStream("libraries.properties")) {
            if (file != null) {
                properties.load(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.stringPropertyNames().stream()
                .sorted()
                .map(artifact -> new ClientLibrary(artifact, properties.getProperty(artifact)))
                .toList();
    }

    /**
     * The version that a class loader sees, as the library's own jar says.
     *
     * @param loader where to look
     * @return the version, or empty if the library is not there or does not say
     */
    public Optional<String> foundBy(ClassLoader loader) {
        String place = "META-INF/maven/" + artifact.replace(':', '/') + "/pom.properties";
        try (InputStream file = loader.getResourceAsStream(place)) {
            if (file == null) {
                return Optional.empty();
            }
            Properties properties = new Properties();
            properties.load(file);
            return Optional.ofNullable(properties.getProperty("version"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * What to throw when a client library does not fit its backend: the class path is to be mended, not the service.
     *
     * @param backend a class of the backend
     * @param libraries that the backend needs
     * @param error what the JVM threw
     * @return an exception that names each library, the version that is there and the one that the backend was built with
     */
    public static LockConfigException misfit(Class<?> backend, List<ClientLibrary> libraries, LinkageError error) {
        ClassLoader own = backend.getClassLoader();
        ClassLoader loader = own != null ? own : ClassLoader.getSystemClassLoader();
        String versions = libraries.stream()
                .map(library -> library.artifact() + " is there as "
                        + library.foundBy(loader).orElse("none that says its version") + ", built with "
                        + library.builtWith())
                .collect(Collectors.joining("; "));
        return new LockConfigException(
                "the libraries on the class path do not fit " + backend.getName() + ": "
                        + error.getClass().getSimpleName() + ": " + error.getMessage()
                        + (versions.isEmpty() ? "" : " (" + versions + ")")
                        + "; put the version that Pawl was built with on the class path",
                error);
    }
}
