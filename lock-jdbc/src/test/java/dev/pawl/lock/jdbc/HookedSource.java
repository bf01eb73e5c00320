package dev.pawl.lock.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Pools of an application that do what a case wants of them. */
final class HookedSource {

    private HookedSource() {}

    /** Tells of each statement before it is sent. */
    static DataSource telling(DataSource pool, Consumer<String> beforeStatement) {
        return proxy(DataSource.class, (method, arguments) -> {
            Object answer = call(pool, method, arguments);
            return answer instanceof Connection connection ? telling(connection, beforeStatement) : answer;
        });
    }

    private static Connection telling(Connection connection, Consumer<String> beforeStatement) {
        return proxy(Connection.class, (method, arguments) -> {
            if (method.getName().equals("prepareStatement") && arguments != null) {
                beforeStatement.accept((String) arguments[0]);
            }
            return call(connection, method, arguments);
        });
    }

    /** Lends a thread that has a transaction the connection of that, as frameworks do. */
    static DataSource transactional(DataSource pool, ThreadLocal<@Nullable Connection> transaction) {
        return proxy(DataSource.class, (method, arguments) -> {
            Connection bound = transaction.get();
            return bound != null && method.getName().equals("getConnection")
                    ? keptOpen(bound)
                    : call(pool, method, arguments);
        });
    }

    /** Fails when a connection is given back, while it is told to. */
    static DataSource tripping(DataSource pool, AtomicBoolean trips) {
        return proxy(DataSource.class, (method, arguments) -> {
            Object answer = call(pool, method, arguments);
            return answer instanceof Connection connection ? tripping(connection, trips) : answer;
        });
    }

    private static Connection tripping(Connection connection, AtomicBoolean trips) {
        return proxy(Connection.class, (method, arguments) -> {
            if (!method.getName().equals("close") || !trips.get()) {
                return call(connection, method, arguments);
            }
            try {
                connection.close();
            } catch (SQLException e) {
                // What comes next hides it.
            }
            throw new NullPointerException("connection");
        });
    }

    private static Connection keptOpen(Connection bound) {
        return proxy(
                Connection.class,
                (method, arguments) -> method.getName().equals("close") ? null : call(bound, method, arguments));
    }

    @FunctionalInterface
    private interface Answer {
        @Nullable
        Object to(Method method, Object @Nullable [] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                HookedSource.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answer.to(method, arguments)));
    }

    private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() != null ? e.getCause() : e;
        }
    }
}
