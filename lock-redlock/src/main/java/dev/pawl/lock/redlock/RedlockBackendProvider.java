package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.OwnClient;
import dev.pawl.lock.redis.internal.RedisUrl;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.Interrupts;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockBackendProvider;
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
        return Set.of(RedisUrl.TOKEN_RETENTION_KEY);
    }

    @Override
    public LockBackend create(BackendSettings settings) {
        RedlockUrl url = RedlockUrl.parse(settings);
        return Interrupts.heldBack(() -> connect(url));
    }

    /** All clients share the threads: few, all daemons, and closed with the backend. */
    private static LockBackend connect(RedlockUrl url) {
        ClientResources resources = OwnClient.newResources();
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
            return new RedlockBackend(connectors, url.names(), url.options(), close);
        } catch (RuntimeException e) {
            close.run();
            throw e;
        }
    }
}
