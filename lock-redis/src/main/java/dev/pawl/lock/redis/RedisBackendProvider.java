package dev.pawl.lock.redis;

import dev.pawl.lock.redis.internal.OwnClient;
import dev.pawl.lock.redis.internal.RedisUrl;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.Interrupts;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockBackendProvider;
import java.util.Set;

/** Makes a {@link RedisBackend} from a URL. Found through {@link java.util.ServiceLoader}; not for direct use. */
public final class RedisBackendProvider implements LockBackendProvider {

    /** For the {@link java.util.ServiceLoader}. */
    public RedisBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return RedisUrl.SCHEMES;
    }

    @Override
    public Set<String> keys() {
        return Set.of(RedisUrl.REPLICAS_KEY, RedisUrl.TOKEN_RETENTION_KEY);
    }

    @Override
    public LockBackend create(BackendSettings settings) {
        RedisUrl url = RedisUrl.parse(settings);
        return Interrupts.heldBack(() -> connect(url));
    }

    private static LockBackend connect(RedisUrl url) {
        OwnClient client = OwnClient.create(url);
        try {
            return new RedisBackend(client::open, url.options(), url.server(), client::close);
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }
}
