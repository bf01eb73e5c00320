package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.tomcat.jdbc.pool.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.jdbc.PgConnection;

/** On Tomcat's pool, which lends on whatever it gets back. */
@Timeout(180)
final class TomcatPoolTest {

    private static final int CONNECTIONS = 4;

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();

    @BeforeEach
    void heal() {
        server.heal();
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    private DataSource pool(String url) {
        DataSource pool = new DataSource();
        pool.setUrl(url);
        pool.setDriverClassName("org.postgresql.Driver");
        pool.setMaxActive(CONNECTIONS);
        pool.setInitialSize(CONNECTIONS);
        pool.setMaxWait(300);
        clients.closing(pool::close);
        return pool;
    }

    private static void assertLendsOnlyWhatLives(DataSource pool) throws SQLException {
        List<Connection> lent = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                Connection connection = pool.getConnection();
                lent.add(connection);
                assertThat(connection.isValid(5)).isTrue();
                assertThat(connection.getAutoCommit()).isTrue();
            }
        } finally {
            for (Connection connection : lent) {
                connection.close();
            }
        }
    }

    @Test
    void clientThatIsClosed_givesEveryConnectionBackAlive() throws Exception {
        DataSource pool = pool(server.url());
        LockClient client = clients.using(pool);
        Bench.hold(client, "job").close();
        client.close();
        assertLendsOnlyWhatLives(pool);
    }

    @Test
    void connectionThatDidNotAnswer_isNotLentToTheNext() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(server.port())) {
            DataSource pool = pool(proxy.through(server.url()));
            LockClient client = clients.using(pool);
            Bench.hold(client, "job").close();
            proxy.silence();
            assertThatThrownBy(() -> client.lock("job").tryAcquire()).isInstanceOf(LockBackendException.class);
            client.close();
            List<Connection> untouched = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                Connection connection = pool.getConnection();
                // The pool's own answer is that of its wrapper.
                assertThat(connection.unwrap(PgConnection.class).isClosed()).isFalse();
                untouched.add(connection);
            }
            for (Connection connection : untouched) {
                connection.close();
            }
        }
    }

    @Test
    void poolThatIsExhausted_isToldAsThat() throws Exception {
        DataSource pool = pool(server.url());
        LockClient client = clients.using(pool);
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 1; i < CONNECTIONS; i++) {
                all.add(pool.getConnection());
            }
            assertThatThrownBy(() -> client.lock("job").tryAcquire())
                    .isInstanceOf(LockBackendException.class)
                    .hasMessageContaining("gave no connection in time");
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
    }
}
