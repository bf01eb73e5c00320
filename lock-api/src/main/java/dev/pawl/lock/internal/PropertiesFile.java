package dev.pawl.lock.internal;

import dev.pawl.lock.LockConfigException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code pawl.properties} on the class path and the tests' file beside it, in UTF-8, read without guessing. */
final class PropertiesFile {

    static final String NAME = "pawl.properties";

    /** Only tests have it on their class path; what it sets wins over {@link #NAME}. */
    static final String OF_TESTS = "pawl-test.properties";

    private static final Logger LOG = LoggerFactory.getLogger(PropertiesFile.class);
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private PropertiesFile() {}

    /** The files that are there; the later wins. */
    static List<URL> find(@Nullable ClassLoader loader) {
        List<URL> files = new ArrayList<>();
        one(NAME, loader).ifPresent(files::add);
        one(OF_TESTS, loader).ifPresent(file -> {
            LOG.info("{} is on the class path and wins over {}", file, NAME);
            files.add(file);
        });
        return files;
    }

    /** The one place of a file, in the first loader that has it; two places are an error, since which comes first is an accident. */
    private static Optional<URL> one(String name, @Nullable ClassLoader first) {
        for (ClassLoader loader : Loaders.of(first)) {
            Set<String> places = new LinkedHashSet<>();
            List<URL> found = all(name, loader);
            found.forEach(place -> places.add(place.toString()));
            if (places.size() > 1) {
                throw new LockConfigException(name + " is on the class path more than once; keep one of "
                        + String.join(", ", places)
                        + (name.equals(NAME) ? "; a test overrides it by a " + OF_TESTS : ""));
            }
            if (!found.isEmpty()) {
                return Optional.of(found.get(0));
            }
        }
        return Optional.empty();
    }

    private static List<URL> all(String name, ClassLoader loader) {
        try {
            return Collections.list(loader.getResources(name));
        } catch (IOException e) {
            throw new LockConfigException(name + " could not be looked for on the class path", e);
        }
    }

    static Properties read(URL place) {
        Strict properties = new Strict();
        try {
            URLConnection connection = place.openConnection();
            connection.setUseCaches(false); // a cached jar stays open after this
            try (Reader reader = new BufferedReader(
                    new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8.newDecoder()))) {
                skipByteOrderMark(reader);
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

    /** Some editors write one, and it would be a part of the first key. */
    private static void skipByteOrderMark(Reader reader) throws IOException {
        reader.mark(1);
        if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
        }
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
