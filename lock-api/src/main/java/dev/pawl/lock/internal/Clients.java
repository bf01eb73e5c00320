package dev.pawl.lock.internal;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.LockBackend;

/** Makes clients. */
public final class Clients {

    private Clients() {}

    public static LockClient connect(LockConfig config) {
        return using(java.util.ServiceLoader.load(LockBackend.class).findFirst().orElseThrow(), LockOptions.defaults());
    }

    public static LockClient using(LockBackend backend, LockOptions defaults) {
        return java.util.ServiceLoader.load(LockClient.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(backend + " " + defaults));
    }
}
