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
        LockBackend backend = Backends.connect(config);
        try {
            return using(backend, config.options(), config.holder().orElseGet(HolderLabel::usual));
        } catch (Throwable e) {
            // Such as an OutOfMemoryError for want of a thread: nobody else knows of the connections.
            backend.close();
            throw e;
        }
    }

    public static LockClient using(LockBackend backend, LockOptions defaults) {
        return using(backend, defaults, HolderLabel.usual());
    }

    public static LockClient using(LockBackend backend, LockOptions defaults, String holder) {
        Objects.requireNonNull(backend, "backend");
        Objects.requireNonNull(defaults, "defaults");
        HolderLabel.check(Objects.requireNonNull(holder, "holder"));
        return new Engine(backend, defaults, Environment.live(backend.ticker()), holder);
    }
}
