package dev.pawl.lock.examples.filelock;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockBackendProvider;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** Makes a backend of {@code file:///some/directory}: the locks are in a directory of that, with the name of the namespace. */
public final class FileBackendProvider implements LockBackendProvider {

    /** How long the directory may take to answer. */
    static final Duration IO_LIMIT = Duration.ofSeconds(2);

    /** Called by {@link java.util.ServiceLoader}. */
    public FileBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("file");
    }

    @Override
    public LockBackend create(BackendSettings settings) {
        Path directory = Path.of(URI.create(settings.url())).resolve(settings.namespace());
        if (!Files.isDirectory(directory)) {
            throw new LockConfigException("pawl.url: there is no directory " + directory);
        }
        return new FileBackend(new LockDirectory(directory), IO_LIMIT);
    }
}
