package dev.pawl.lock.jdbc;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.SqlServer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** Clients of databases, and what else ends with a case. Closes the latest first. */
final class SqlClients implements AutoCloseable {

    static final Duration IO_LIMIT = SqlFixture.IO_LIMIT;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /** Lets time pass that is part of the case. */
    static void pass(Duration time) {
        Bench.await("time passes").pollDelay(time).atMost(time.plusSeconds(40)).until(() -> true);
    }

    /** As an application connects, with settings such as {@code pawl.jdbc.pool-size=1}. */
    LockClient connect(String url, String... settings) {
        LockConfig.Builder config = LockConfig.builder().url(url);
        properties(settings).forEach(config::property);
        return closing(LockClient.connect(config.build()));
    }

    /** The same as another user, without its password in the URL. */
    LockClient connectAs(String user, String password, SqlServer server, String... settings) {
        LockConfig.Builder config =
                LockConfig.builder().url(server.jdbcUrl()).username(user).password(password);
        properties(settings).forEach(config::property);
        return closing(LockClient.connect(config.build()));
    }

    LockClient connect(LockOptions defaults, String url, String... settings) {
        return closing(LockClient.using(backend(url, settings), defaults));
    }

    /** On connections of the application's. */
    LockClient using(DataSource source) {
        return closing(
                LockClient.using(JdbcBackend.builder(source).ioTimeout(IO_LIMIT).build(), LockOptions.defaults()));
    }

    LockBackend backend(String url, String... settings) {
        return closing(new JdbcBackendProvider()
                .create(new BackendSettings(url, null, null, SqlFixture.NAMESPACE, properties(settings))));
    }

    private static Map<String, String> properties(String... settings) {
        Map<String, String> properties = new HashMap<>();
        properties.put("pawl.jdbc.io-timeout", IO_LIMIT.toMillis() + "ms");
        for (String setting : settings) {
            String[] words = setting.split("=", 2);
            properties.put(words[0], words[1]);
        }
        return properties;
    }

    synchronized <T extends AutoCloseable> T closing(T resource) {
        opened.push(resource);
        return resource;
    }

    @Override
    public void close() throws Exception {
        List<AutoCloseable> all;
        synchronized (this) {
            all = List.copyOf(opened);
            opened.clear();
        }
        Exception first = null;
        for (AutoCloseable resource : all) {
            try {
                resource.close();
            } catch (Exception e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
