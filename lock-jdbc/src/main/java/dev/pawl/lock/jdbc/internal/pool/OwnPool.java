package dev.pawl.lock.jdbc.internal.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The connections behind a URL, apart from the application's: a lock that waits for a connection that waits for a lock is a
 * deadlock.
 */
public final class OwnPool {

    /** After that the pool shrinks to one connection: the database has others to serve. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    private static final Pattern HOSTS = Pattern.compile("//([^/?]*)");

    private final ConnectionUrl url;
    private final @Nullable String username;
    private final @Nullable String password;
    private final Duration limit;

    /** @param limit the longest that one exchange may take */
    public OwnPool(ConnectionUrl url, @Nullable String username, @Nullable String password, Duration limit) {
        this.url = url;
        this.username = username;
        this.password = password;
        this.limit = limit;
    }

    /** One connection outside any pool. */
    public Connection connect() throws SQLException {
        return connect(new Properties());
    }

    private Connection connect(Properties more) throws SQLException {
        Properties properties = limits();
        properties.putAll(credentials());
        properties.putAll(more);
        Connection connection = url.driver().connect(url.text(), properties);
        if (connection == null) {
            throw new SQLException("the driver does not accept the URL", "08001");
        }
        return connection;
    }

    /**
     * How long a driver may take to connect, or to wait for an answer where it cannot be told later; its user's own choice in
     * the URL stands.
     */
    private Properties limits() {
        long millis = limit.toMillis();
        Map<String, String> limits = switch (url.database()) {
            case "postgresql" -> postgresLimits(Math.max(1, millis / 1_000));
            case "mariadb", "mysql" -> Map.of("connectTimeout", Long.toString(millis));
            case "h2" -> Map.of("NETWORK_TIMEOUT", Long.toString(millis));
            default -> Map.of();
        };
        Properties properties = new Properties();
        limits.forEach((name, value) -> {
            if (!url.text().toLowerCase(Locale.ROOT).contains(name.toLowerCase(Locale.ROOT) + "=")) {
                properties.setProperty(name, value);
            }
        });
        return properties;
    }

    /**
     * Each of several hosts has its share, twice: to connect, and to answer. So one that accepts and says nothing leaves time for the
     * next. Who uses a connection sets how long an answer may take.
     */
    private Map<String, String> postgresLimits(long seconds) {
        Matcher several = HOSTS.matcher(url.text());
        long hosts =
                several.find() ? several.group(1).chars().filter(c -> c == ',').count() + 1 : 1;
        long share = hosts == 1 ? seconds : Math.max(1, seconds / (hosts + 1));
        Map<String, String> limits = new HashMap<>();
        limits.put("connectTimeout", Long.toString(share));
        limits.put("loginTimeout", Long.toString(hosts == 1 ? seconds : Math.max(seconds, 2 * share * hosts)));
        if (hosts > 1) {
            limits.put("socketTimeout", Long.toString(share));
        }
        return limits;
    }

    private Properties credentials() {
        Properties properties = new Properties();
        if (username != null) {
            properties.setProperty("user", username);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        return properties;
    }

    /**
     * Opens a pool, and its first connection.
     *
     * @throws SQLException why there is none
     */
    public HikariDataSource open(String name, int size, boolean autoCommit, Dialect dialect) throws SQLException {
        // Connections that are kept have to be opened more often, which takes a busy database its time.
        long connectionMillis = limit.toMillis() * (autoCommit ? 2 : 3) / 4;
        Properties more = new Properties();
        if (dialect.sharesSessions()) {
            // For the pool's own statements, by which it looks whether a connection lives.
            more.setProperty("prepareThreshold", "0");
        }
        HikariConfig config = new HikariConfig();
        config.setPoolName("pawl-jdbc-" + name.toLowerCase(Locale.ROOT));
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        if (size > 1) {
            // It warns of one that has no effect.
            config.setIdleTimeout(IDLE.toMillis());
        }
        config.setAutoCommit(autoCommit);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setConnectionInitSql(dialect.sessionSettings());
        config.setConnectionTimeout(connectionMillis);
        config.setValidationTimeout(Math.max(250, limit.toMillis() / 4));
        config.setExceptionOverride(new Eviction());
        try {
            return RetryingPool.open(config, new RetryingSource(() -> connect(more)));
        } catch (HikariPool.PoolInitializationException e) {
            throw e.getCause() instanceof SQLException cause ? cause : new SQLException(e.getMessage(), "08001", e);
        }
    }
}
