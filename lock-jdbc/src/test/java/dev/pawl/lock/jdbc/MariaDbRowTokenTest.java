package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.jdbc.JdbcBackend.Mode;
import dev.pawl.lock.testservers.MariaDbServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From when a token in row mode is: a holder whose connection broke has left no other trace than the time. */
@Timeout(120)
@EnabledIf(value = "dev.pawl.lock.testservers.MariaDbServer#isAvailable", disabledReason = "MariaDB runs in Docker")
final class MariaDbRowTokenTest {

    /** What the thread has borrowed last. */
    private static final ThreadLocal<Connection> borrowed = new ThreadLocal<>();

    private final SqlClients clients = new SqlClients();

    @BeforeEach
    void heal() {
        MariaDbServer.shared().heal();
    }

    @AfterEach
    void close() throws Exception {
        borrowed.remove();
        clients.close();
    }

    /** The statement that locks the row has the clock of a minute ago, as if it had stood still between its start and the row. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tokenIsOfTheTimeAtWhichTheRowIsLocked_notOfTheTimeAtWhichThatWasAskedFor(boolean ownDriver)
            throws SQLException {
        HikariDataSource pool = clients.closing(new HikariDataSource());
        pool.setJdbcUrl(
                ownDriver
                        ? MariaDbServer.shared().url()
                        : MariaDbServer.shared().mysqlUrl());
        DataSource late = new WatchedSource(
                pool,
                connection -> {
                    borrowed.set(connection);
                    set(connection, "unix_timestamp() - 60");
                },
                connection -> {});
        DataSource source = HookedSource.telling(late, sql -> {
            if (sql.startsWith("UPDATE")) {
                set(borrowed.get(), "DEFAULT");
            }
        });
        LockClient client = clients.closing(
                LockClient.using(JdbcBackend.builder(source).mode(Mode.ROW).build()));
        client.lock("job").tryAcquire().orElseThrow().close();

        long before = micros(pool);
        try (Lease lease = client.lock("job").tryAcquire().orElseThrow()) {
            assertThat(lease.token().value()).isGreaterThan(before);
        }
    }

    private static void set(Connection connection, String timestamp) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET SESSION timestamp = " + timestamp);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static long micros(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET SESSION timestamp = DEFAULT");
            try (ResultSet rows =
                    statement.executeQuery("SELECT timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6))")) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }
}
