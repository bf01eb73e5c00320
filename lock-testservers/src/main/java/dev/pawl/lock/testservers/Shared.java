package dev.pawl.lock.testservers;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is made at first use, once. If that failed, each further use says so at once instead of trying again. */
final class Shared<T> {

    private final Supplier<T> maker;
    private @Nullable T made;
    private @Nullable RuntimeException failure;

    Shared(Supplier<T> maker) {
        this.maker = maker;
    }

    synchronized T get() {
        if (failure != null) {
            throw new IllegalStateException("as reported before: " + failure.getMessage());
        }
        if (made == null) {
            try {
                made = maker.get();
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
        }
        return made;
    }
}
