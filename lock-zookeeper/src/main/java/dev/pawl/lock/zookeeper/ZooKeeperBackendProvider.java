package dev.pawl.lock.zookeeper;

import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.ClientLibrary;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockBackendProvider;
import dev.pawl.lock.spi.StartUp;
import java.util.List;
import java.util.Set;

/** Makes a {@link ZooKeeperBackend} from a URL. Found through {@link java.util.ServiceLoader}; not for direct use. */
public final class ZooKeeperBackendProvider implements LockBackendProvider {

    /** For the {@link java.util.ServiceLoader}. */
    public ZooKeeperBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of(ZooKeeperUrl.SCHEME);
    }

    @Override
    public Set<String> keys() {
        return Set.of(ZooKeeperUrl.ACL_KEY, ZooKeeperUrl.SASL_KEY);
    }

    @Override
    public List<ClientLibrary> libraries() {
        return ClientLibrary.of(getClass());
    }

    @Override
    public LockBackend create(BackendSettings settings) {
        ZooKeeperUrl url = ZooKeeperUrl.parse(settings);
        StartUp start = new StartUp(getClass(), settings.connectTimeout());
        return start.connect(() -> connect(url, start));
    }

    private static LockBackend connect(ZooKeeperUrl url, StartUp start) {
        OwnClient client = OwnClient.start(url);
        start.begin();
        try {
            return new ZooKeeperBackend(client.framework(), url.options(), url.startPatience(), client::close);
        } catch (Throwable e) {
            client.close();
            throw e;
        }
    }
}
