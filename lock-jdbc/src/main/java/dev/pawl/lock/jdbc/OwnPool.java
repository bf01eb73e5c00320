package dev.pawl.lock.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import dev.pawl.lock.LockConfigException;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/**
 * The connections behind a URL, apart from the application's: a lock that waits for a connection that waits for a lock is a
 * deadlock.
 */
final class OwnPool {

    private static final Duration IDLE = Duration.ofMinutes(1);

    /** Drivers are the user's to add. */
    private static final Map<String, String> DRIVERS = Map.of(
            "postgresql", "org.postgresql:postgresql",
            "mariadb", "org.mariadb.jdbc:mariadb-java-client",
            "mysql", "com.mysql:mysql-connector-j",
            "h2", "com.h2database:h2");

    private final JdbcUrl url;

    OwnPool(JdbcUrl url) {
        this.url = url;
    }

    /** One connection outside any pool. */
    Connection connect() throws SQLException {
        Properties properties = limits();
        properties.putAll(credentials());
        Connection connection = driver().connect(url.url(), properties);
        if (connection == null) {
            throw new SQLException("the driver does not accept the URL", "08001");
        }
        return connection;
    }

    /** Refuses a URL that no driver on the class path knows, and names the artifact to add. */
    Driver driver() {
        try {
            return DriverManager.getDriver(url.url());
        } catch (SQLException e) {
            String database = url.database();
            String artifact = DRIVERS.get(database);
            throw new LockConfigException(
                    artifact == null
                            ? "pawl.url: no database 'jdbc:" + database + ":' is known; there are "
                                    + String.join(
                                            ", ",
                                            DRIVERS.keySet().stream().sorted().toList())
                            : "pawl.url: no driver for 'jdbc:" + database
                                    + ":' on the class path accepts it; add " + artifact
                                    + ", or look for a mistake in the URL",
                    e);
        }
    }

    /**
     * How long a driver may take to connect, or to wait for an answer where it cannot be told later; its user's own choice in
     * the URL stands.
     */
    private Properties limits() {
        long millis = url.options().ioTimeout().toMillis();
        String seconds = Long.toString(Math.max(1, millis / 1_000));
        Map<String, String> limits = switch (url.database()) {
            case "postgresql" -> Map.of("connectTimeout", seconds, "loginTimeout", seconds);
            case "mariadb", "mysql" -> Map.of("connectTimeout", Long.toString(millis));
            case "h2" -> Map.of("NETWORK_TIMEOUT", Long.toString(millis));
            default -> Map.of();
        };
        Properties properties = new Properties();
        limits.forEach((name, value) -> {
            if (!url.url().toLowerCase(Locale.ROOT).contains(name.toLowerCase(Locale.ROOT) + "=")) {
                properties.setProperty(name, value);
            }
        });
        return properties;
    }

    private Properties credentials() {
        Properties properties = new Properties();
        if (url.username() != null) {
            properties.setProperty("user", url.username());
        }
        if (url.password() != null) {
            properties.setProperty("password", url.password());
        }
        return properties;
    }

    /**
     * Opens a pool, and its first connection.
     *
     * @throws SQLException why there is none
     */
    HikariDataSource open(String name, int size, boolean autoCommit, String sessionSettings) throws SQLException {
        // Connections that are kept have to be opened more often, which takes a busy database its time.
        long connectionMillis = url.options().ioTimeout().toMillis() * (autoCommit ? 2 : 3) / 4;
        driver();
        HikariConfig config = new HikariConfig();
        config.setPoolName("pawl-jdbc-" + name.toLowerCase(Locale.ROOT));
        config.setJdbcUrl(url.url());
        config.setDataSourceProperties(limits());
        config.setUsername(url.username());
        config.setPassword(url.password());
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        if (size > 1) {
            // It warns of one that has no effect.
            config.setIdleTimeout(IDLE.toMillis());
        }
        config.setAutoCommit(autoCommit);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setConnectionInitSql(sessionSettings);
        config.setConnectionTimeout(connectionMillis);
        config.setValidationTimeout(Math.max(250, url.options().ioTimeout().toMillis() / 4));
        config.setExceptionOverride(new Eviction());
        try {
            return new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException e) {
            throw e.getCause() instanceof SQLException cause ? cause : new SQLException(e.getMessage(), "08001", e);
        }
    }

    /** The drivers that are known, by the second part of the URL. */
    static Iterable<String> databases() {
        return Collections.unmodifiableSet(DRIVERS.keySet());
    }
}
