package dev.pawl.lock.jdbc.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.SqlServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class RetryingPoolTest {

    private static final String SLOW_SETTINGS = "SELECT pg_sleep(seconds) FROM setting_up";

    private final SqlServer server = PostgresServer.shared();

    /** The driver closes what the collector finds, in its time: here it finds none. */
    private final Queue<Connection> connections = new ConcurrentLinkedQueue<>();

    /** On a busy database that may take longer than the pool waits at its end; the pool then forgets the connection. */
    @Test
    void aConnectionThatIsBeingSetUpAtTheEndOfItsPool_isClosed() throws Exception {
        server.heal();
        execute("CREATE TABLE setting_up AS SELECT 0.0 AS seconds");
        RetryingPool pool = RetryingPool.open(config(), new RetryingSource(this::connect));
        Connection only = pool.getConnection();
        execute("UPDATE setting_up SET seconds = 4");
        CompletableFuture<Void> another = CompletableFuture.runAsync(() -> borrow(pool));
        Bench.await("another is being set up").until(this::isSettingUp);
        pool.close();
        Bench.await("the connections end").until(() -> server.connections() == 0);
        Bench.await("nobody waits for the pool").until(another::isDone);
        only.close();
        connections.forEach(RetryingPoolTest::assertClosed);
    }

    private static void assertClosed(Connection connection) {
        try {
            assertThat(connection.isClosed()).isTrue();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static HikariConfig config() {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(2);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(8_000);
        config.setConnectionInitSql(SLOW_SETTINGS);
        return config;
    }

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
        connections.add(connection);
        return connection;
    }

    private static void borrow(RetryingPool pool) {
        try {
            pool.getConnection().close();
        } catch (SQLException e) {
            // The pool has ended meanwhile.
        }
    }

    private boolean isSettingUp() {
        return server.ask(admin -> {
            try (Statement statement = admin.createStatement();
                    ResultSet found =
                            statement.executeQuery("SELECT FROM pg_stat_activity WHERE state = 'active' AND query = '"
                                    + SLOW_SETTINGS + "'")) {
                return found.next();
            }
        });
    }

    private void execute(String sql) {
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                return statement.executeUpdate(sql);
            }
        });
    }
}
