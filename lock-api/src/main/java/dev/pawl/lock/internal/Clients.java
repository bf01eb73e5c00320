package dev.pawl.lock.internal;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.LockBackend;
import java.util.Objects;

/** Makes clients. */
public final class Clients {

    private Clients() {}

    public static LockClient connect(LockConfig config) {
        Objects.requireNonNull(config, "config");
        return using(Backends.connect(config), config.options());
    }

    public static LockClient using(LockBackend backend, LockOptions defaults) {
        Objects.requireNonNull(backend, "backend");
        Objects.requireNonNull(defaults, "defaults");
        return new Engine(backend, defaults, Environment.live(backend.ticker()));
    }
}
