package dev.pawl.lock.jdbc.internal.pool;

import dev.pawl.lock.LockConfigException;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A URL for a driver, and which driver that is.
 *
 * @param text as it was given
 */
public record ConnectionUrl(String text) {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionUrl.class);

    /** Drivers are the user's to add. */
    private record Known(String artifact, String driver) {}

    private static final Map<String, Known> DRIVERS = Map.of(
            "postgresql", new Known("org.postgresql:postgresql", "org.postgresql.Driver"),
            "mariadb", new Known("org.mariadb.jdbc:mariadb-java-client", "org.mariadb.jdbc.Driver"),
            "mysql", new Known("com.mysql:mysql-connector-j", "com.mysql.cj.jdbc.Driver"),
            "h2", new Known("com.h2database:h2", "org.h2.Driver"));

    private static final Known WRAPPER =
            new Known("software.amazon.jdbc:aws-advanced-jdbc-wrapper", "software.amazon.jdbc.Driver");

    /** Amazon's wrapper stands before the driver that it wraps. */
    private static final Pattern DATABASE = Pattern.compile("jdbc:(?:aws-wrapper:)?([A-Za-z0-9]+):.*", Pattern.DOTALL);

    /** The driver in the URL, in lower case; empty if there is none. */
    public String database() {
        Matcher matcher = DATABASE.matcher(text);
        return matcher.matches() ? matcher.group(1).toLowerCase(Locale.ROOT) : "";
    }

    /** Whether Amazon's wrapper is to be around the driver. */
    private boolean isWrapped() {
        return text.startsWith("jdbc:aws-wrapper:");
    }

    /** The drivers that are known, by the second part of the URL. */
    public static Set<String> databases() {
        return Collections.unmodifiableSet(DRIVERS.keySet());
    }

    /**
     * Refuses a URL that no driver on the class path knows, and names the artifact to add. The driver manager knows those that a
     * service file names to the loader that used it first: in a servlet container that may be another than Pawl's and the
     * application's, and whoever puts all jars into one may have kept one of several service files.
     */
    public Driver driver() {
        try {
            return DriverManager.getDriver(text);
        } catch (SQLException e) {
            return byName().orElseThrow(() -> new LockConfigException(noDriver(), e));
        }
    }

    private @Nullable Known known() {
        return isWrapped() ? WRAPPER : DRIVERS.get(database());
    }

    private Optional<Driver> byName() {
        Known known = known();
        return known == null
                ? Optional.empty()
                : Stream.of(
                                ConnectionUrl.class.getClassLoader(),
                                Thread.currentThread().getContextClassLoader())
                        .flatMap(loader -> load(known.driver(), loader).stream())
                        .filter(this::accepts)
                        .findFirst();
    }

    private static Optional<Driver> load(String name, @Nullable ClassLoader loader) {
        try {
            return Optional.of(Class.forName(name, true, loader)
                    .asSubclass(Driver.class)
                    .getDeclaredConstructor()
                    .newInstance());
        } catch (ReflectiveOperationException | LinkageError | ClassCastException e) {
            LOG.debug("no driver {} in {}: {}", name, loader, e.toString());
            return Optional.empty();
        }
    }

    private boolean accepts(Driver driver) {
        try {
            return driver.acceptsURL(text);
        } catch (SQLException e) {
            return false;
        }
    }

    private String noDriver() {
        Known known = known();
        return known == null
                ? "pawl.url: no database 'jdbc:" + database() + ":' is known; there are "
                        + String.join(", ", DRIVERS.keySet().stream().sorted().toList())
                : "pawl.url: no driver for 'jdbc:" + (isWrapped() ? "aws-wrapper:" : "") + database()
                        + ":' on the class path accepts it; add " + known.artifact()
                        + ", or look for a mistake in the URL";
    }

    /** Not the URL, which may hold credentials. */
    @Override
    public String toString() {
        return "ConnectionUrl[database=" + database() + "]";
    }
}
