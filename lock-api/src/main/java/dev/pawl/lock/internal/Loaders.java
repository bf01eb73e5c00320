package dev.pawl.lock.internal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The class loaders in which Pawl looks for what an application brings: the caller's first, then its own. */
final class Loaders {

    private Loaders() {}

    /**
     * The loaders to ask, each once.
     *
     * @param first the loader to ask first, or null if there is none
     */
    static List<ClassLoader> of(@Nullable ClassLoader first) {
        Set<ClassLoader> loaders = new LinkedHashSet<>();
        if (first != null) {
            loaders.add(first);
        }
        ClassLoader own = Loaders.class.getClassLoader();
        loaders.add(own != null ? own : ClassLoader.getSystemClassLoader());
        return new ArrayList<>(loaders);
    }

    /** Whether one of the loaders has the class; it is not initialised. */
    static boolean sees(List<ClassLoader> loaders, String className) {
        for (ClassLoader loader : loaders) {
            if (loader.getResource(className.replace('.', '/') + ".class") != null) {
                return true;
            }
        }
        return false;
    }
}
