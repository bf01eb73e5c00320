package dev.pawl.lock.testservers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** The names of the server images: {@code images.properties}, overridden by {@code -Dpawl.image.<service>=…}. */
final class Images {

    private static final String PROPERTY = "pawl.image.";

    private static final Properties defaults = load();

    private Images() {}

    static String of(String service) {
        String image = defaults.getProperty(service);
        if (image == null) {
            throw new IllegalArgumentException("images.properties names no image for " + service);
        }
        return System.getProperty(PROPERTY + service, image);
    }

    static boolean isOverridden(String service) {
        return System.getProperty(PROPERTY + service) != null;
    }

    private static Properties load() {
        Properties properties = new Properties();
        try (InputStream in = Images.class.getResourceAsStream("/dev/pawl/lock/testservers/images.properties")) {
            properties.load(Objects.requireNonNull(in, "images.properties is not on the class path"));
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
