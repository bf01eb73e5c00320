package dev.pawl.lock.internal;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.spi.LockBackendProvider;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The backends on the class path. */
final class Providers {

    private static final Map<String, String> ARTIFACTS = Map.of(
            "redis", "dev.pawl:lock-redis",
            "rediss", "dev.pawl:lock-redis",
            "redis-sentinel", "dev.pawl:lock-redis",
            "redlock", "dev.pawl:lock-redlock",
            "zookeeper", "dev.pawl:lock-zookeeper",
            "jdbc", "dev.pawl:lock-jdbc");

    private final Collection<LockBackendProvider> all;
    private final Map<String, Set<String>> schemesByKey = new TreeMap<>();

    private Providers(Collection<LockBackendProvider> all) {
        this.all = all;
        for (LockBackendProvider provider : all) {
            for (String key : provider.keys()) {
                schemesByKey.computeIfAbsent(key, unused -> new TreeSet<>()).addAll(provider.schemes());
            }
        }
    }

    /** Those that {@code loader} sees, and then those that Pawl's own loader sees. */
    static Providers visibleFrom(@Nullable ClassLoader loader) {
        Map<String, LockBackendProvider> byClass = new LinkedHashMap<>();
        try {
            if (loader != null) {
                load(loader, byClass);
            }
            load(Providers.class.getClassLoader(), byClass);
        } catch (ServiceConfigurationError e) {
            throw new LockConfigException("a backend on the class path cannot be loaded: " + e.getMessage(), e);
        }
        return new Providers(byClass.values());
    }

    private static void load(@Nullable ClassLoader loader, Map<String, LockBackendProvider> byClass) {
        for (LockBackendProvider provider : ServiceLoader.load(LockBackendProvider.class, loader)) {
            byClass.putIfAbsent(provider.getClass().getName(), provider);
        }
    }

    LockBackendProvider serving(String scheme) {
        List<LockBackendProvider> found = all.stream()
                .filter(provider -> provider.schemes().contains(scheme))
                .toList();
        if (found.size() > 1) {
            throw new LockConfigException("pawl.url: two backends on the class path serve '" + scheme + ":': "
                    + found.get(0).getClass().getName() + " and "
                    + found.get(1).getClass().getName() + "; remove one");
        }
        if (found.isEmpty()) {
            throw noneServes(scheme);
        }
        return found.get(0);
    }

    private LockConfigException noneServes(String scheme) {
        String artifact = ARTIFACTS.get(scheme);
        if (artifact != null) {
            return new LockConfigException(
                    "pawl.url: no backend on the class path serves '" + scheme + ":'; add the artifact " + artifact);
        }
        Set<String> schemes = new TreeSet<>(ARTIFACTS.keySet());
        all.forEach(provider -> schemes.addAll(provider.schemes()));
        return new LockConfigException("pawl.url: no backend serves '" + scheme + ":'" + Nearest.hint(scheme, schemes)
                + "; known schemes: " + String.join(", ", schemes));
    }

    /** The keys of every backend's own. */
    Set<String> keys() {
        return schemesByKey.keySet();
    }

    /** Refuses a backend's own key that the backend of {@code scheme} does not read. */
    void checkKey(String key, String place, String scheme) {
        Set<String> owners = schemesByKey.get(key);
        if (owners == null) {
            throw unknownKey(key, place);
        }
        if (!owners.contains(scheme)) {
            throw new LockConfigException(place + ": belongs to " + String.join(", ", owners) + ", but pawl.url is of '"
                    + scheme + ":', which would ignore it; remove the key");
        }
    }

    LockConfigException unknownKey(String key, String place) {
        Set<String> known = new TreeSet<>(ConfigReader.COMMON);
        known.addAll(keys());
        return new LockConfigException(
                place + ": unknown key, to Pawl and to the backends on the class path" + Nearest.hint(key, known));
    }
}
