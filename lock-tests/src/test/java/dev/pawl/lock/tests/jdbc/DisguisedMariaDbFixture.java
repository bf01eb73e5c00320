package dev.pawl.lock.tests.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.jdbc.JdbcBackend;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.tests.servers.MariaDbServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Statement;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A MariaDB that calls itself MySQL, behind MySQL's driver and a pool of the application's. The table is there already: a
 * collation in it has another name in MariaDB. Child JVMs, which know the URL only, speak to it as the MariaDB that it is.
 */
final class DisguisedMariaDbFixture extends SqlFixture {

    DisguisedMariaDbFixture() {
        super(MariaDbServer.shared(), MariaDbServer.shared().mysqlUrl());
    }

    @Override
    public LockBackend newBackend() {
        createTable();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url().orElseThrow());
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(IO_LIMIT.toMillis() / 2);
        config.setValidationTimeout(IO_LIMIT.toMillis() / 4);
        HikariDataSource pool = new HikariDataSource(config);
        LockBackend backend = JdbcBackend.builder(disguised(DataSource.class, pool))
                .namespace(NAMESPACE)
                .ioTimeout(IO_LIMIT)
                .build();
        return (LockBackend) Proxy.newProxyInstance(
                LockBackend.class.getClassLoader(), new Class<?>[] {LockBackend.class}, (proxy, method, arguments) -> {
                    Object result = invoked(backend, method, arguments);
                    if (method.getName().equals("close")) {
                        pool.close();
                    }
                    return result;
                });
    }

    private void createTable() {
        String ddl = ddl().replace("{table}", "pawl_lock").replace("utf8mb4_0900_bin", "utf8mb4_nopad_bin");
        ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                return statement.executeUpdate(ddl);
            }
        });
    }

    private static String ddl() {
        try (InputStream file = JdbcBackend.class.getResourceAsStream("mysql/create-table.sql")) {
            return new String(
                    Objects.requireNonNull(file, "mysql/create-table.sql").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that comes from it is disguised, too, down to the two answers that tell which database it is. */
    private static <T> T disguised(Class<T> type, T real) {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "getDatabaseProductName" -> "MySQL";
            case "getDatabaseProductVersion" -> "8.0.17";
            default -> {
                Object result = invoked(real, method, arguments);
                if (result instanceof Connection connection) {
                    yield disguised(Connection.class, connection);
                }
                yield result instanceof DatabaseMetaData data ? disguised(DatabaseMetaData.class, data) : result;
            }
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static @Nullable Object invoked(Object target, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
