package dev.pawl.lock.jdbc;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.spi.BackendSettings;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration says of the database.
 *
 * @param url for the driver, as it was given
 * @param username the user, or null if there is none or it stands in the URL
 * @param password the password, or null
 * @param poolSize how many connections, but for those of row mode and for notifications
 * @param options of the backend
 */
record JdbcUrl(
        String url, @Nullable String username, @Nullable String password, int poolSize, JdbcOptions options) {

    static final String CREATE_TABLE = "pawl.jdbc.create-table";
    static final String TABLE = "pawl.jdbc.table";
    static final String MODE = "pawl.jdbc.mode";
    static final String POOL_SIZE = "pawl.jdbc.pool-size";
    static final String IO_TIMEOUT = "pawl.jdbc.io-timeout";
    static final String IDLE_RETENTION = "pawl.jdbc.idle-retention";
    static final String ROW_CONNECTIONS = "pawl.jdbc.row-connections";
    static final Set<String> KEYS =
            Set.of(CREATE_TABLE, TABLE, MODE, POOL_SIZE, IO_TIMEOUT, IDLE_RETENTION, ROW_CONNECTIONS);

    private static final int DEFAULT_POOL_SIZE = 4;
    private static final int LARGEST_POOL = 1_000;
    private static final Pattern DATABASE = Pattern.compile("jdbc:([A-Za-z0-9]+):.*", Pattern.DOTALL);
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");

    static JdbcUrl parse(BackendSettings settings) {
        if (!DATABASE.matcher(settings.url()).matches()) {
            throw new LockConfigException("pawl.url: after 'jdbc:' comes the database, such as"
                    + " jdbc:postgresql://db:5432/app; there are "
                    + String.join(", ", OwnPool.databases()));
        }
        if (settings.password() != null && settings.username() == null) {
            throw new LockConfigException("pawl.password without pawl.username");
        }
        return new JdbcUrl(
                settings.url(), settings.username(), settings.password(), poolSize(settings), options(settings));
    }

    /** The second part of the URL, in lower case. */
    String database() {
        Matcher matcher = DATABASE.matcher(url);
        return matcher.matches() ? matcher.group(1).toLowerCase(Locale.ROOT) : "";
    }

    /** Not the URL, which may hold credentials. */
    @Override
    public String toString() {
        return "JdbcUrl[database=" + database() + ", options=" + options + "]";
    }

    private static JdbcOptions options(BackendSettings settings) {
        JdbcOptions options = namespace(settings);
        options = with(settings, TABLE, options, (o, value) -> o.withTable(value));
        options = with(settings, CREATE_TABLE, options, (o, value) -> o.withCreateTable(yesOrNo(value)));
        options = with(settings, MODE, options, (o, value) -> o.withMode(mode(value)));
        options = with(settings, IO_TIMEOUT, options, (o, value) -> o.withIoTimeout(time(IO_TIMEOUT, value)));
        options =
                with(settings, IDLE_RETENTION, options, (o, value) -> o.withIdleRetention(time(IDLE_RETENTION, value)));
        return with(
                settings, ROW_CONNECTIONS, options, (o, value) -> o.withRowConnections(number(ROW_CONNECTIONS, value)));
    }

    private static JdbcOptions namespace(BackendSettings settings) {
        try {
            return JdbcOptions.DEFAULTS.withNamespace(settings.namespace());
        } catch (IllegalArgumentException e) {
            throw new LockConfigException("pawl.namespace: " + e.getMessage(), e);
        }
    }

    private static JdbcOptions with(
            BackendSettings settings,
            String key,
            JdbcOptions options,
            BiFunction<JdbcOptions, String, JdbcOptions> set) {
        String value = settings.properties().get(key);
        if (value == null) {
            return options;
        }
        try {
            return set.apply(options, value.strip());
        } catch (IllegalArgumentException e) {
            throw new LockConfigException(key + "=" + value.strip() + ": " + e.getMessage(), e);
        }
    }

    private static int poolSize(BackendSettings settings) {
        String value = settings.properties().get(POOL_SIZE);
        int size = value == null ? DEFAULT_POOL_SIZE : number(POOL_SIZE, value.strip());
        if (size < 1 || size > LARGEST_POOL) {
            throw new LockConfigException(POOL_SIZE + "=" + value + ": must be between 1 and " + LARGEST_POOL);
        }
        return size;
    }

    private static boolean yesOrNo(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new LockConfigException(CREATE_TABLE + "=" + value + ": must be true or false");
        };
    }

    private static JdbcBackend.Mode mode(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "lease" -> JdbcBackend.Mode.LEASE;
            case "row" -> JdbcBackend.Mode.ROW;
            default -> throw new LockConfigException(MODE + "=" + value + ": must be lease or row");
        };
    }

    private static int number(String key, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new LockConfigException(key + "=" + value + ": not a whole number");
        }
    }

    private static Duration time(String key, String value) {
        Matcher matcher = TIME.matcher(value.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new LockConfigException(key + "=" + value + ": not a time; such as 500ms, 3s or 30d");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.of(count, ChronoUnit.MINUTES);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}
