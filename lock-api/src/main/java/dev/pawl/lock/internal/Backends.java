package dev.pawl.lock.internal;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.Requirement;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.ClientLibrary;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockBackendProvider;
import java.util.List;

/** From a configuration to a connected backend that gives what is required. */
final class Backends {

    private Backends() {}

    static LockBackend connect(LockConfig config) {
        String scheme = Urls.scheme(config.url());
        Providers providers = Providers.visibleFrom(Thread.currentThread().getContextClassLoader());
        LockBackendProvider provider = providers.serving(scheme);
        LockBackend backend = create(
                provider,
                new BackendSettings(
                        config.url(),
                        config.username().orElse(null),
                        config.password().orElse(null),
                        config.namespace(),
                        providers.keysFor(scheme, config.properties()),
                        config.connectTimeout()));
        try {
            checkRequirements(config, scheme, backend.guarantees());
            return backend;
        } catch (RuntimeException e) {
            closeAfter(e, backend);
            throw e;
        }
    }

    /** An application's own versions win over Pawl's. */
    private static LockBackend create(LockBackendProvider provider, BackendSettings settings) {
        try {
            return provider.create(settings);
        } catch (LinkageError e) {
            throw ClientLibrary.misfit(provider.getClass(), provider.libraries(), e);
        }
    }

    private static void checkRequirements(LockConfig config, String scheme, Guarantees given) {
        List<Requirement> unmet = config.requirements().stream()
                .filter(requirement -> !requirement.isMetBy(given))
                .toList();
        if (!unmet.isEmpty()) {
            throw new LockConfigException(ConfigReader.REQUIRE + ": required are " + config.requirements() + ", but '"
                    + scheme + ":' does not give " + unmet + "; it gives crash release " + given.crashRelease()
                    + ", order " + given.order() + ", wake-up " + given.wakeUp() + ", token durability "
                    + given.tokenDurability() + " (" + given.summary() + ")");
        }
    }

    private static void closeAfter(RuntimeException primary, LockBackend backend) {
        try {
            backend.close();
        } catch (RuntimeException e) {
            primary.addSuppressed(e);
        }
    }
}
