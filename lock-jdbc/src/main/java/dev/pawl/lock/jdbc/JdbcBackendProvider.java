package dev.pawl.lock.jdbc;

import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.ClientLibrary;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockBackendProvider;
import dev.pawl.lock.spi.StartUp;
import java.util.List;
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
    public List<ClientLibrary> libraries() {
        return ClientLibrary.of(getClass());
    }

    @Override
    public LockBackend create(BackendSettings settings) {
        JdbcUrl url = JdbcUrl.parse(settings);
        StartUp start = new StartUp(getClass(), settings.connectTimeout());
        return start.connect(() -> Assembly.on(url, start));
    }
}
