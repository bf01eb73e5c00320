package dev.pawl.lock.spring.boot;

import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.Requirement;
import dev.pawl.lock.spi.Durations;
import dev.pawl.lock.spi.LockBackendProvider;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The {@code pawl.} properties of an application, from wherever Spring Boot finds properties, in any of the spellings that it allows. The
 * keys are those of plain Pawl and of the backends on the class path, and {@link #USE}. An unknown key is an error.
 */
final class PawlSettings {

    /** The name of the bean whose service has the locks, where there are several. */
    static final String USE = "pawl.spring.use";

    private static final String URL = "pawl.url";
    private static final String USERNAME = "pawl.username";
    private static final String PASSWORD = "pawl.password";
    private static final String NAMESPACE = "pawl.namespace";
    private static final String CONNECT_TIMEOUT = "pawl.connect-timeout";
    private static final String LEASE_TIME = "pawl.lease-time";
    private static final String RENEWAL = "pawl.renewal";
    private static final String SAFETY_MARGIN = "pawl.safety-margin";
    private static final String HAND_OFF_MAX_GRANTS = "pawl.hand-off-max-grants";
    private static final String HAND_OFF_MAX_TIME = "pawl.hand-off-max-time";
    private static final String RETRY_CEILING = "pawl.retry-ceiling";
    private static final String ACQUIRE_TIMEOUT = "pawl.acquire-timeout";
    private static final String HOLD_AT_LEAST = "pawl.hold-at-least";
    private static final String HOLDER = "pawl.holder";
    private static final String INTERRUPT_ON_LOSS = "pawl.interrupt-on-loss";
    private static final String GROUP = "pawl.group";
    private static final String REQUIRE = "pawl.require";

    /** The keys that every backend has. */
    static final Set<String> COMMON = Set.of(
            URL,
            USERNAME,
            PASSWORD,
            NAMESPACE,
            CONNECT_TIMEOUT,
            LEASE_TIME,
            RENEWAL,
            SAFETY_MARGIN,
            HAND_OFF_MAX_GRANTS,
            HAND_OFF_MAX_TIME,
            RETRY_CEILING,
            ACQUIRE_TIMEOUT,
            HOLD_AT_LEAST,
            HOLDER,
            INTERRUPT_ON_LOSS,
            GROUP,
            REQUIRE);

    private final Map<String, String> values;

    private PawlSettings(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads them.
     *
     * @throws LockConfigException if a key is unknown
     */
    static PawlSettings of(Environment environment, ClassLoader loader) {
        Set<String> known = new TreeSet<>(COMMON);
        known.add(USE);
        ServiceLoader.load(LockBackendProvider.class, loader).forEach(provider -> known.addAll(provider.keys()));
        refuseUnknown(environment, known);
        Binder binder = Binder.get(environment);
        Map<String, String> values = new TreeMap<>();
        for (String key : known) {
            binder.bind(key, String.class).ifBound(value -> values.put(key, value));
        }
        return new PawlSettings(values);
    }

    /** Platforms put names of their own into the environment of a process, so that these are not looked at. */
    private static void refuseUnknown(Environment environment, Set<String> known) {
        List<ConfigurationPropertyName> names =
                known.stream().map(ConfigurationPropertyName::of).toList();
        ConfigurationPropertyName prefix = ConfigurationPropertyName.of("pawl");
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable
                    && !(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource)) {
                for (ConfigurationPropertyName name : iterable) {
                    if (prefix.isAncestorOf(name) && !names.contains(name)) {
                        throw new LockConfigException(
                                name + ": unknown key, to Pawl and to the backends on the class path;" + " known are "
                                        + String.join(", ", known));
                    }
                }
            }
        }
    }

    Optional<String> text(String key) {
        return Optional.ofNullable(values.get(key));
    }

    boolean hasUrl() {
        return values.containsKey(URL);
    }

    Optional<String> bean() {
        return text(USE);
    }

    void duration(String key, Consumer<Duration> use) {
        with(key, text -> use.accept(Durations.parse(text)));
    }

    /** Hands the value of a key on, if there is one; a value that is refused is refused with its key. */
    void with(String key, Consumer<String> use) {
        String value = values.get(key);
        if (value == null) {
            return;
        }
        try {
            use.accept(value);
        } catch (IllegalArgumentException e) {
            throw new LockConfigException(key + ": '" + value + "': " + e.getMessage(), e);
        }
    }

    /** Everything. Where a bean's service has the locks there is no URL, and only the other settings are of use. */
    LockConfig config() {
        LockConfig.Builder config = LockConfig.builder().url(values.getOrDefault(URL, "memory:"));
        text(USERNAME).ifPresent(config::username);
        text(PASSWORD).ifPresent(config::password);
        with(NAMESPACE, config::namespace);
        with(HOLDER, config::holder);
        duration(CONNECT_TIMEOUT, config::connectTimeout);
        duration(LEASE_TIME, config::leaseTime);
        with(RENEWAL, text -> config.renewal(parseBoolean(text)));
        duration(SAFETY_MARGIN, config::safetyMargin);
        handOff(config);
        duration(RETRY_CEILING, config::retryCeiling);
        duration(ACQUIRE_TIMEOUT, config::acquireTimeout);
        duration(HOLD_AT_LEAST, config::holdAtLeast);
        with(INTERRUPT_ON_LOSS, text -> config.interruptOnLoss(parseBoolean(text)));
        with(GROUP, config::group);
        with(REQUIRE, text -> config.require(requirements(text)));
        values.forEach((key, value) -> {
            if (!COMMON.contains(key) && !key.equals(USE)) {
                config.property(key, value);
            }
        });
        return config.build();
    }

    private void handOff(LockConfig.Builder config) {
        LockOptions defaults = LockOptions.defaults();
        int[] maxGrants = {defaults.handOffMaxGrants()};
        with(HAND_OFF_MAX_GRANTS, text -> {
            maxGrants[0] = Integer.parseInt(text);
            config.handOff(maxGrants[0], defaults.handOffMaxTime());
        });
        duration(HAND_OFF_MAX_TIME, time -> config.handOff(maxGrants[0], time));
    }

    static boolean parseBoolean(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    private static Requirement[] requirements(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .map(PawlSettings::requirement)
                .toArray(Requirement[]::new);
    }

    private static Requirement requirement(String name) {
        List<Requirement> all = List.of(Requirement.values());
        return all.stream()
                .filter(requirement -> requirement.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is none of " + all));
    }
}
