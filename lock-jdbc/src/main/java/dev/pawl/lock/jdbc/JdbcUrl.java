package dev.pawl.lock.jdbc;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.jdbc.internal.pool.ConnectionUrl;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.Durations;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
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
        ConnectionUrl url,
        @Nullable String username,
        @Nullable String password,
        int poolSize,
        JdbcOptions options) {

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

    static JdbcUrl parse(BackendSettings settings) {
        ConnectionUrl url = new ConnectionUrl(settings.url());
        if (url.database().isEmpty()) {
            throw new LockConfigException("pawl.url: after 'jdbc:' comes the database, such as"
                    + " jdbc:postgresql://db:5432/app; there are "
                    + String.join(", ", ConnectionUrl.databases()));
        }
        if (settings.password() != null && settings.username() == null) {
            throw new LockConfigException("pawl.password without pawl.username");
        }
        return new JdbcUrl(url, settings.username(), settings.password(), poolSize(settings), options(settings));
    }

    /** Not the URL, which may hold credentials. */
    @Override
    public String toString() {
        return "JdbcUrl[database=" + url.database() + ", options=" + options + "]";
    }

    private static JdbcOptions options(BackendSettings settings) {
        JdbcOptions options = namespace(settings);
        options = with(settings, TABLE, options, (o, value) -> o.withTable(value));
        options = with(settings, CREATE_TABLE, options, (o, value) -> o.withCreateTable(yesOrNo(value)));
        options = with(settings, MODE, options, (o, value) -> o.withMode(mode(value)));
        options = with(settings, IO_TIMEOUT, options, (o, value) -> o.withIoTimeout(Durations.parse(value)));
        options = with(settings, IDLE_RETENTION, options, (o, value) -> o.withIdleRetention(Durations.parse(value)));
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
}
