package dev.pawl.lock.internal;

import dev.pawl.lock.internal.Settings.Setting;
import dev.pawl.lock.spi.Nearest;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code pawl.properties}, then {@code pawl-test.properties}, then the environment, then system properties; the later wins. Refuses what it does not know in
 * the first and the last; in the environment it only warns, since platforms put names there of their own accord (a Kubernetes
 * service called {@code pawl} gives every pod {@code PAWL_SERVICE_HOST}).
 */
public final class ConfigReader {

    public static final String URL = "pawl.url";
    public static final String USERNAME = "pawl.username";
    public static final String PASSWORD = "pawl.password";
    public static final String NAMESPACE = "pawl.namespace";
    public static final String CONNECT_TIMEOUT = "pawl.connect-timeout";
    public static final String LEASE_TIME = "pawl.lease-time";
    public static final String RENEWAL = "pawl.renewal";
    public static final String SAFETY_MARGIN = "pawl.safety-margin";
    public static final String HAND_OFF_MAX_GRANTS = "pawl.hand-off-max-grants";
    public static final String HAND_OFF_MAX_TIME = "pawl.hand-off-max-time";
    public static final String RETRY_CEILING = "pawl.retry-ceiling";
    public static final String ACQUIRE_TIMEOUT = "pawl.acquire-timeout";
    public static final String HOLD_AT_LEAST = "pawl.hold-at-least";
    public static final String INTERRUPT_ON_LOSS = "pawl.interrupt-on-loss";
    public static final String GROUP = "pawl.group";
    public static final String HOLDER = "pawl.holder";
    public static final String REQUIRE = "pawl.require";

    /** The keys that every backend has. */
    public static final Set<String> COMMON = Set.of(
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
            INTERRUPT_ON_LOSS,
            GROUP,
            HOLDER,
            REQUIRE);

    private static final String PREFIX = "pawl.";
    private static final String ENVIRONMENT_PREFIX = "PAWL_";

    /** What {@code pawl run} tells the command that it runs, which may use Pawl itself. */
    private static final Set<String> OF_THE_COMMAND_LINE = Set.of("PAWL_LOCK", "PAWL_TOKEN");

    /** System properties of Pawl's own tests, which are no configuration. */
    private static final Pattern OF_THE_TESTS = Pattern.compile("pawl\\.(servers|(image|test|chaos)\\..*)");

    private final Providers providers;
    private final Map<String, String> byVariable = new TreeMap<>();
    private final Map<String, Setting> found = new TreeMap<>();
    private final List<String> warnings = new ArrayList<>();

    private ConfigReader(Providers providers) {
        this.providers = providers;
        Set<String> known = new TreeSet<>(COMMON);
        known.addAll(providers.keys());
        known.forEach(key -> byVariable.put(variable(key), key));
    }

    public static Settings read(@Nullable ClassLoader loader, Map<String, String> environment, Properties system) {
        ConfigReader reader = new ConfigReader(Providers.visibleFrom(loader));
        for (URL file : PropertiesFile.find(loader)) {
            Properties properties = PropertiesFile.read(file);
            properties.stringPropertyNames().forEach(key -> reader.add(key, properties.getProperty(key), "" + file));
        }
        environment.forEach(reader::addVariable);
        system.stringPropertyNames().stream()
                .filter(key ->
                        key.startsWith(PREFIX) && !OF_THE_TESTS.matcher(key).matches())
                .forEach(key -> reader.add(key, system.getProperty(key), "system property"));
        reader.checkKeys();
        return new Settings(reader.found, reader.warnings);
    }

    static String variable(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private void addVariable(String variable, String value) {
        String key = byVariable.get(variable);
        if (key != null && value.isEmpty()) {
            return; // Compose files and shells cannot take a variable away, only empty it
        }
        if (key != null) {
            add(key, value, "environment variable " + variable);
        } else if (variable.startsWith(ENVIRONMENT_PREFIX) && !OF_THE_COMMAND_LINE.contains(variable)) {
            warnings.add("environment variable " + variable + " is not a setting of Pawl and is ignored"
                    + Nearest.hint(variable, byVariable.keySet()));
        } else if (variable.startsWith(PREFIX)) {
            warnings.add("environment variable " + variable + " is ignored; Pawl reads " + variable(variable));
        }
    }

    /** White space around a value is nobody's wish, and in a file nobody sees it; a password is taken as it stands. */
    private void add(String key, String value, String source) {
        found.put(key, new Setting(key, key.equals(PASSWORD) ? value : value.strip(), source));
    }

    /** A key that some backend reads is right, whichever backend the URL picks: a swap is one URL. */
    private void checkKeys() {
        Setting url = found.get(URL);
        String scheme = url == null ? null : Urls.schemeOrNull(url.value());
        for (Setting setting : found.values()) {
            if (!COMMON.contains(setting.key()) && !providers.keys().contains(setting.key())) {
                refuseUnknown(setting, scheme);
            }
        }
    }

    /** Where the backend itself is missing, its keys are unknown too, and that it is missing is the news. */
    private void refuseUnknown(Setting setting, @Nullable String scheme) {
        if (scheme != null && Nearest.to(setting.key(), byVariable.values()).isEmpty()) {
            providers.serving(scheme);
        }
        throw providers.unknownKey(setting.key(), setting.place());
    }
}
