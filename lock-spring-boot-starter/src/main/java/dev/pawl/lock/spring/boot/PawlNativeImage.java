package dev.pawl.lock.spring.boot;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** For a native image: the types of which it is asked by name whether they are there, and the statements and scripts of the backends. */
final class PawlNativeImage implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader loader) {
        Candidates.typesByName().forEach(type -> hints.reflection().registerTypeIfPresent(loader, type, hint -> {}));
        hints.resources()
                .registerPattern("dev/pawl/lock/**/*.sql")
                .registerPattern("dev/pawl/lock/**/*.lua")
                .registerPattern("dev/pawl/lock/**/libraries.properties");
    }
}
