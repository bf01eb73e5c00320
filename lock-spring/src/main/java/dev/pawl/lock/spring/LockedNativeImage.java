package dev.pawl.lock.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** For a native image: the types of which it is asked by name whether they are there. Methods with {@link Locked} say it themselves. */
final class LockedNativeImage implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader loader) {
        hints.reflection()
                .registerTypeIfPresent(loader, LockedInterceptor.TRANSACTION_MANAGER, hint -> {})
                .registerTypeIfPresent(loader, OpenTransaction.CONNECTION_HOLDER, hint -> {});
    }
}
