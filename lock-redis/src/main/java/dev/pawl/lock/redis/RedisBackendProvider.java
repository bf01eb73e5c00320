package dev.pawl.lock.redis;

import dev.pawl.lock.redis.internal.OwnClient;
import dev.pawl.lock.redis.internal.RedisSettings;
import dev.pawl.lock.redis.internal.RedisUrl;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.ClientLibrary;
import dev.pawl.lock.spi.Interrupts;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockBackendProvider;
import dev.pawl.lock.spi.StartUp;
import java.util.List;
import java.util.Set;

/** Makes a {@link RedisBackend} from a URL. Found through {@link java.util.ServiceLoader}; not for direct use. */
public final class RedisBackendProvider implements LockBackendProvider {

    /** For the {@link java.util.ServiceLoader}. */
    public RedisBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return RedisSettings.SCHEMES;
    }

    @Override
    public Set<String> keys() {
        return Set.of(
                RedisSettings.REPLICAS_KEY, RedisSettings.TOKEN_RETENTION_KEY, RedisSettings.SENTINEL_PASSWORD_KEY);
    }

    @Override
    public List<ClientLibrary> libraries() {
        return ClientLibrary.of(getClass());
    }

    @Override
    public LockBackend create(BackendSettings settings) {
        RedisUrl url = RedisUrl.parse(settings);
        StartUp start = new StartUp(getClass(), settings.connectTimeout());
        return start.connect(() -> Interrupts.heldBack(() -> connect(url, start)));
    }

    private static LockBackend connect(RedisUrl url, StartUp start) {
        OwnClient client = OwnClient.create(url, start);
        try {
            return new RedisBackend(client::open, url.options(), url.server(), client::close);
        } catch (Throwable e) {
            client.close();
            throw e;
        }
    }
}
