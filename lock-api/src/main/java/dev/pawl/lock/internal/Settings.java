package dev.pawl.lock.internal;

import dev.pawl.lock.LockConfigException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What was configured, still as text, and where each value was found. */
public final class Settings {

    private final Map<String, Setting> byKey;
    private final List<String> warnings;

    Settings(Map<String, Setting> byKey, List<String> warnings) {
        this.byKey = new TreeMap<>(byKey);
        this.warnings = List.copyOf(warnings);
    }

    /** What was passed over, for the log. */
    public List<String> warnings() {
        return warnings;
    }

    /** Hands the value of a key on, if it has one; a value that is refused is refused with its key and place. */
    public void with(String key, Consumer<String> use) {
        Setting setting = byKey.get(key);
        if (setting == null) {
            return;
        }
        try {
            use.accept(setting.value);
        } catch (IllegalArgumentException e) {
            throw new LockConfigException(setting.place() + ": " + setting.shown() + ": " + e.getMessage(), e);
        }
    }

    /** Hands on the keys that belong to backends. */
    public void withBackendKeys(BiConsumer<String, String> use) {
        byKey.forEach((key, setting) -> {
            if (!ConfigReader.COMMON.contains(key)) {
                use.accept(key, setting.value);
            }
        });
    }

    /** The key, and where its value was found. */
    public String place(String key) {
        Setting setting = byKey.get(key);
        return setting == null ? key : setting.place();
    }

    record Setting(String key, String value, String source) {

        String place() {
            return key + " (" + source + ")";
        }

        private String shown() {
            return switch (key) {
                case ConfigReader.URL -> "'" + Urls.redact(value) + "'";
                case ConfigReader.USERNAME, ConfigReader.PASSWORD -> "***";
                default -> "'" + value + "'";
            };
        }

        /** Without the value. */
        @Override
        public String toString() {
            return place();
        }
    }
}
