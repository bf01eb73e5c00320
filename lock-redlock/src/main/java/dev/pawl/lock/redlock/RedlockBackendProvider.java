package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.OwnClient;
import dev.pawl.lock.redis.internal.RedisSettings;
import dev.pawl.lock.redis.internal.RedisUrl;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.ClientLibrary;
import dev.pawl.lock.spi.Interrupts;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockBackendProvider;
import dev.pawl.lock.spi.StartUp;
import io.lettuce.core.RedisClient;
import io.lettuce.core.resource.ClientResources;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Makes a {@link RedlockBackend} from a URL. Found through {@link java.util.ServiceLoader}; not for direct use. */
public final class RedlockBackendProvider implements LockBackendProvider {

    /** For the {@link java.util.ServiceLoader}. */
    public RedlockBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of(RedlockUrl.SCHEME);
    }

    @Override
    public Set<String> keys() {
        return Set.of(RedisSettings.TOKEN_RETENTION_KEY);
    }

    @Override
    public List<ClientLibrary> libraries() {
        return ClientLibrary.of(getClass());
    }

    @Override
    public LockBackend create(BackendSettings settings) {
        RedlockUrl url = RedlockUrl.parse(settings);
        StartUp start = new StartUp(getClass(), settings.connectTimeout());
        return start.connect(() -> Interrupts.heldBack(() -> connect(url, start)));
    }

    /** All clients share the threads: few, all daemons, and closed with the backend. */
    private static LockBackend connect(RedlockUrl url, StartUp start) {
        ClientResources resources = OwnClient.newResources(start);
        List<RedisClient> clients = new ArrayList<>();
        Runnable close = () -> {
            clients.forEach(OwnClient::close);
            OwnClient.close(resources);
        };
        try {
            List<Supplier<Link>> connectors = new ArrayList<>();
            for (RedisUrl master : url.masters()) {
                RedisClient client = OwnClient.single(resources, master);
                clients.add(client);
                connectors.add(() -> Link.open(client));
            }
            return new RedlockBackend(connectors, url.names(), url.options(), start, close);
        } catch (Throwable e) {
            close.run();
            throw e;
        }
    }
}
