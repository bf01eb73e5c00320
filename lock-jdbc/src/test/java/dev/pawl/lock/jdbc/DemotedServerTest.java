package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.jdbc.JdbcBackend.Mode;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A primary that was demoted, and takes no writes: those who connect again find its successor. */
@Timeout(120)
final class DemotedServerTest {

    private final SqlClients clients = new SqlClients();

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    @ParameterizedTest
    @EnumSource(names = "H2", mode = EnumSource.Mode.EXCLUDE)
    void connectionsToADemotedServer_areGivenUp_inAPoolOfItsOwn(TestedDatabase database) {
        SqlServer server = prepared(database);
        readOnly(database, server, true);
        LockClient client = clients.connect(url(database, server));
        assertFindsTheSuccessor(database, server, client);
    }

    @ParameterizedTest
    @EnumSource(names = "H2", mode = EnumSource.Mode.EXCLUDE)
    void connectionsToADemotedServer_areGivenUp_inAPoolThatIsLent(TestedDatabase database) {
        SqlServer server = prepared(database);
        readOnly(database, server, true);
        assertFindsTheSuccessor(database, server, onLentPool(database, server, Mode.LEASE));
    }

    @ParameterizedTest
    @EnumSource(names = "H2", mode = EnumSource.Mode.EXCLUDE)
    void connectionsToADemotedServer_areGivenUp_inRowMode(TestedDatabase database) {
        SqlServer server = prepared(database);
        readOnly(database, server, true);
        assertFindsTheSuccessor(database, server, onLentPool(database, server, Mode.ROW));
    }

    @ParameterizedTest
    @EnumSource(names = "H2", mode = EnumSource.Mode.EXCLUDE)
    void ping_failsAtAServerThatOnlyReads_inEitherMode(TestedDatabase database) {
        SqlServer server = prepared(database);
        for (Mode mode : Mode.values()) {
            readOnly(database, server, true);
            LockClient client = onLentPool(database, server, mode);
            try {
                assertThatThrownBy(client::ping)
                        .isInstanceOf(LockBackendException.class)
                        .hasMessageContaining("read-only");
            } finally {
                readOnly(database, server, false);
            }
            await().ignoreException(LockBackendException.class)
                    .until(() -> client.ping().toNanos() > 0);
        }
    }

    /** HikariCP makes sessions writable that begin read-only, if the driver tells it; of a demoted server it could not. */
    private static String url(TestedDatabase database, SqlServer server) {
        String more = server.url().contains("?") ? "&" : "?";
        return database == TestedDatabase.MYSQL
                ? server.url() + more + "readOnlyPropagatesToServer=false"
                : server.url();
    }

    private LockClient onLentPool(TestedDatabase database, SqlServer server, Mode mode) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url(database, server));
        pool.setMaximumPoolSize(4);
        pool.setMinimumIdle(0);
        return clients.closing(LockClient.using(
                JdbcBackend.builder(clients.closing(pool)).mode(mode).build(), LockOptions.defaults()));
    }

    /** With the lock table and a row in it. */
    private SqlServer prepared(TestedDatabase database) {
        SqlServer server = database.healed();
        try (LockClient first = clients.connect(server.url())) {
            Bench.hold(first, "job").close();
        }
        return server;
    }

    /** Sessions that begin from now on are read-only, or are not: what is open stays as it is, like a connection to a demoted server. */
    private static void readOnly(TestedDatabase database, SqlServer server, boolean is) {
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                if (database == TestedDatabase.POSTGRESQL) {
                    statement.execute("SET default_transaction_read_only = off");
                }
                return statement.execute(
                        database == TestedDatabase.POSTGRESQL
                                ? "ALTER ROLE " + server.user() + " SET default_transaction_read_only = " + is
                                : "SET GLOBAL " + (database == TestedDatabase.MYSQL ? "transaction" : "tx")
                                        + "_read_only = " + (is ? 1 : 0));
            }
        });
    }

    private static void assertFindsTheSuccessor(TestedDatabase database, SqlServer server, LockClient client) {
        try {
            assertThatThrownBy(() -> client.lock("job").tryAcquire())
                    .isInstanceOf(LockBackendException.class)
                    .hasMessageContaining("read-only");
        } finally {
            readOnly(database, server, false);
        }
        assertThat(failuresBeforeAGrant(client)).as("failed attempts").isLessThanOrEqualTo(4);
    }

    private static int failuresBeforeAGrant(LockClient client) {
        for (int failures = 0; failures < 20; failures++) {
            try {
                client.lock("job").tryAcquire().ifPresent(Lease::close);
                return failures;
            } catch (LockBackendException e) {
                assertThat(e).hasMessageContaining("read-only");
            }
        }
        return 20;
    }
}
