package dev.pawl.lock.internal;

import dev.pawl.lock.LockConfigException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code pawl.properties} on the class path, in UTF-8, read without guessing. */
final class PropertiesFile {

    static final String NAME = "pawl.properties";

    private PropertiesFile() {}

    /** The one place of the file, or null; two places are an error, since which comes first is an accident. */
    static @Nullable URL find(@Nullable ClassLoader loader) {
        try {
            List<URL> found =
                    Collections.list(loader == null ? ClassLoader.getSystemResources(NAME) : loader.getResources(NAME));
            Set<String> places =
                    new LinkedHashSet<>(found.stream().map(URL::toString).toList());
            if (places.size() > 1) {
                throw new LockConfigException(
                        NAME + " is on the class path more than once; keep one of " + String.join(", ", places));
            }
            return found.isEmpty() ? null : found.get(0);
        } catch (IOException e) {
            throw new LockConfigException(NAME + " could not be looked for on the class path", e);
        }
    }

    static Properties read(URL place) {
        Strict properties = new Strict();
        try {
            URLConnection connection = place.openConnection();
            connection.setUseCaches(false); // a cached jar stays open after this
            try (Reader reader =
                    new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8.newDecoder())) {
                properties.load(reader);
            }
        } catch (CharacterCodingException e) {
            throw new LockConfigException(place + ": is not UTF-8", e);
        } catch (IOException e) {
            throw new LockConfigException(place + ": could not be read", e);
        } catch (IllegalArgumentException e) {
            throw new LockConfigException(place + ": holds a malformed \\u escape", e);
        }
        if (!properties.twice.isEmpty()) {
            throw new LockConfigException(
                    place + ": set more than once: " + String.join(", ", properties.twice) + "; keep one of each");
        }
        return properties;
    }

    /** {@link Properties} keep the last of two equal keys and say nothing. */
    private static final class Strict extends Properties {
        private static final long serialVersionUID = 1L;

        private final transient Set<String> twice = new TreeSet<>();

        // Not shared between threads while it is read.
        @SuppressWarnings("UnsynchronizedOverridesSynchronized")
        @Override
        public @Nullable Object put(Object key, Object value) {
            Object before = super.put(key, value);
            if (before != null) {
                twice.add(key.toString());
            }
            return before;
        }
    }
}
