package dev.pawl.lock.jdbc;

import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockBackendProvider;
import java.util.Set;

/** Makes a {@link JdbcBackend} from a URL. Found through {@link java.util.ServiceLoader}; not for direct use. */
public final class JdbcBackendProvider implements LockBackendProvider {

    /** For the {@link java.util.ServiceLoader}. */
    public JdbcBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("jdbc");
    }

    @Override
    public Set<String> keys() {
        return JdbcUrl.KEYS;
    }

    @Override
    public LockBackend create(BackendSettings settings) {
        return Assembly.on(JdbcUrl.parse(settings));
    }
}
