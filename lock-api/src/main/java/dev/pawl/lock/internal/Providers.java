package dev.pawl.lock.internal;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.memory.MemoryBackendProvider;
import dev.pawl.lock.spi.LockBackendProvider;
import dev.pawl.lock.spi.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The backends on the class path. */
final class Providers {

    private static final Logger LOG = LoggerFactory.getLogger(Providers.class);

    /** A backend of Pawl's own: the artifact that brings it, and the class by which a class loader can tell that it is there. */
    private record Known(String artifact, String provider) {}

    private static final Known REDIS = new Known("dev.pawl:lock-redis", "dev.pawl.lock.redis.RedisBackendProvider");

    private static final Map<String, Known> KNOWN = Map.of(
            "redis", REDIS,
            "rediss", REDIS,
            "redis-sentinel", REDIS,
            "rediss-sentinel", REDIS,
            "redis-socket", REDIS,
            "redlock", new Known("dev.pawl:lock-redlock", "dev.pawl.lock.redlock.RedlockBackendProvider"),
            "zookeeper", new Known("dev.pawl:lock-zookeeper", "dev.pawl.lock.zookeeper.ZooKeeperBackendProvider"),
            "jdbc", new Known("dev.pawl:lock-jdbc", "dev.pawl.lock.jdbc.JdbcBackendProvider"));

    private final List<ClassLoader> loaders;
    private final Collection<LockBackendProvider> all;
    private final Map<String, Set<String>> schemesByKey = new TreeMap<>();

    private Providers(List<ClassLoader> loaders, Collection<LockBackendProvider> all) {
        this.loaders = loaders;
        this.all = all;
        for (LockBackendProvider provider : all) {
            for (String key : provider.keys()) {
                schemesByKey.computeIfAbsent(key, unused -> new TreeSet<>()).addAll(provider.schemes());
            }
        }
    }

    /** Those that {@code loader} sees, then those that Pawl's own loader sees; {@code memory:} needs nobody to name it. */
    static Providers visibleFrom(@Nullable ClassLoader loader) {
        List<ClassLoader> loaders = Loaders.of(loader);
        Map<String, LockBackendProvider> byClass = new LinkedHashMap<>();
        try {
            loaders.forEach(each -> load(each, byClass));
        } catch (ServiceConfigurationError e) {
            throw new LockConfigException("a backend on the class path cannot be loaded: " + e.getMessage(), e);
        }
        byClass.putIfAbsent(MemoryBackendProvider.class.getName(), new MemoryBackendProvider());
        return new Providers(loaders, byClass.values());
    }

    private static void load(ClassLoader loader, Map<String, LockBackendProvider> byClass) {
        Iterator<LockBackendProvider> found =
                ServiceLoader.load(LockBackendProvider.class, loader).iterator();
        boolean more = true;
        while (more) {
            try {
                more = found.hasNext();
                if (more) {
                    LockBackendProvider provider = found.next();
                    byClass.putIfAbsent(provider.getClass().getName(), provider);
                }
            } catch (ServiceConfigurationError e) {
                if (!isOfAnotherPawl(e)) {
                    throw e;
                }
                LOG.info(
                        "a backend was skipped, because it belongs to a copy of Pawl in another class loader: {}",
                        e.getMessage());
            }
        }
    }

    /** The library says so in words only: the class has the right name, and another loader's interface. */
    private static boolean isOfAnotherPawl(ServiceConfigurationError e) {
        return e.getCause() == null && e.getMessage() != null && e.getMessage().endsWith("not a subtype");
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
        Known known = KNOWN.get(scheme);
        if (known != null && Loaders.sees(loaders, known.provider())) {
            return new LockConfigException("pawl.url: the backend of '" + scheme + ":' (" + known.artifact()
                    + ") is on the class path, but the file META-INF/services/" + LockBackendProvider.class.getName()
                    + " does not name it: whoever built the jar kept one of several service files; merge them (with"
                    + " maven-shade-plugin: ServicesResourceTransformer)");
        }
        if (known != null) {
            return new LockConfigException("pawl.url: no backend on the class path serves '" + scheme
                    + ":'; add the artifact " + known.artifact());
        }
        Set<String> schemes = new TreeSet<>(KNOWN.keySet());
        all.forEach(provider -> schemes.addAll(provider.schemes()));
        return new LockConfigException("pawl.url: no backend serves '" + scheme + ":'" + Nearest.hint(scheme, schemes)
                + "; known schemes: " + String.join(", ", schemes));
    }

    /** The keys of every backend's own. */
    Set<String> keys() {
        return schemesByKey.keySet();
    }

    /**
     * Whether a backend's own key is for the backend of {@code scheme}. One that is for another backend is none of its business:
     * it stays where it is while the URL alone is changed.
     *
     * @throws LockConfigException if no backend knows the key
     */
    boolean isFor(String scheme, String key, String place) {
        Set<String> owners = schemesByKey.get(key);
        if (owners == null) {
            throw unknownKey(key, place);
        }
        return owners.contains(scheme);
    }

    /** Of a backend's own keys those that are for the backend of {@code scheme}; the others are said once. */
    <T> Map<String, T> keysFor(String scheme, Map<String, T> settings) {
        Map<String, T> read = new LinkedHashMap<>();
        List<String> passedOver = new ArrayList<>();
        settings.forEach((key, value) -> {
            if (isFor(scheme, key, key)) {
                read.put(key, value);
            } else {
                passedOver.add(key);
            }
        });
        if (!passedOver.isEmpty()) {
            LOG.debug("pawl.url is of '{}:', which does not read {}", scheme, passedOver);
        }
        return read;
    }

    LockConfigException unknownKey(String key, String place) {
        Set<String> known = new TreeSet<>(ConfigReader.COMMON);
        known.addAll(keys());
        return new LockConfigException(place + ": unknown key, to Pawl and to the backends on the class path"
                + Nearest.hint(key, known) + missingOwner(key));
    }

    /** Keys of a backend begin with its scheme; without the backend nobody can say whether they are spelt right. */
    private String missingOwner(String key) {
        String[] words = key.split("\\.", 3);
        Known owner = words.length == 3 ? KNOWN.get(words[1]) : null;
        if (owner == null
                || all.stream().anyMatch(provider -> provider.schemes().contains(words[1]))) {
            return "";
        }
        return "; such keys belong to the artifact " + owner.artifact() + ", which is not there";
    }
}
