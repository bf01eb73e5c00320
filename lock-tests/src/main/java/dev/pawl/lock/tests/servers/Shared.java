package dev.pawl.lock.tests.servers;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Servers that start at first use, once. If they did not, each further use says so at once instead of trying again. */
final class Shared<T> {

    private final Supplier<T> start;
    private @Nullable T servers;
    private @Nullable RuntimeException failure;

    Shared(Supplier<T> start) {
        this.start = start;
    }

    synchronized T get() {
        if (failure != null) {
            throw new IllegalStateException("did not start before: " + failure.getMessage(), failure);
        }
        if (servers == null) {
            try {
                servers = start.get();
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
        }
        return servers;
    }
}
