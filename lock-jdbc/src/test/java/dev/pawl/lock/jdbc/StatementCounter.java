package dev.pawl.lock.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Counts the statements that are executed on the connections of a pool. */
final class StatementCounter {

    private final AtomicLong statements = new AtomicLong();

    long statements() {
        return statements.get();
    }

    DataSource counting(DataSource source) {
        return wrap(DataSource.class, source);
    }

    private <T> T wrap(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (target instanceof Statement && method.getName().startsWith("execute")) {
                        statements.incrementAndGet();
                    }
                    try {
                        Object answer = method.invoke(target, arguments);
                        return method.getName().equals("unwrap") ? answer : wrapped(answer);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() != null ? e.getCause() : e;
                    }
                }));
    }

    private @Nullable Object wrapped(@Nullable Object answer) {
        if (answer instanceof PreparedStatement statement) {
            return wrap(PreparedStatement.class, statement);
        }
        if (answer instanceof Statement statement) {
            return wrap(Statement.class, statement);
        }
        return answer instanceof Connection connection ? wrap(Connection.class, connection) : answer;
    }
}
