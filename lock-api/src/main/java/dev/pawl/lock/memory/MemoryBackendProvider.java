package dev.pawl.lock.memory;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockBackendProvider;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Serves {@code memory:} and {@code memory:some-name}: one {@link MemoryBackend} for each name and namespace, shared by all
 * clients of this JVM and kept until it ends.
 */
public final class MemoryBackendProvider implements LockBackendProvider {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]*");
    private static final Map<Address, MemoryBackend> SERVICES = new ConcurrentHashMap<>();

    /** Called by {@link java.util.ServiceLoader}. */
    public MemoryBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("memory");
    }

    @Override
    public LockBackend create(BackendSettings settings) {
        String name = settings.url().substring(settings.url().indexOf(':') + 1);
        if (!NAME.matcher(name).matches()) {
            // Not echoed: whatever was put there may be a secret.
            throw new LockConfigException(
                    "pawl.url: after 'memory:' comes nothing, or a name of letters, digits, '.', '_' and '-'");
        }
        if (settings.username() != null || settings.password() != null) {
            throw new LockConfigException(
                    "pawl.username, pawl.password: a 'memory:' service has no users; remove them");
        }
        return SERVICES.computeIfAbsent(new Address(name, settings.namespace()), address -> MemoryBackend.create());
    }

    private record Address(String name, String namespace) {}
}
