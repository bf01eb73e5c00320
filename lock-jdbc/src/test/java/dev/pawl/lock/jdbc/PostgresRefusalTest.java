package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockException;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Job;
import dev.pawl.lock.testservers.PostgresServer;
import java.sql.Statement;
import java.util.Optional;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A PostgreSQL that refuses: what is wrong is said when the client starts, with what to do. */
@Timeout(180)
final class PostgresRefusalTest {

    private static final String SECRET = "role-secret";
    private static final String NO_TABLE = "pawl.jdbc.create-table=false";

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();
    private final Bench bench = new Bench(new PostgresFixture(), "refusal");

    @BeforeEach
    void heal() {
        server.heal();
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
        clients.close();
        server.heal();
    }

    private void execute(String... statements) {
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
                return true;
            }
        });
    }

    private void createTable() {
        clients.connect(server.url());
    }

    private void createRole(String settings) {
        execute("CREATE ROLE shop LOGIN PASSWORD '" + SECRET + "'" + settings);
    }

    private LockClient asRole(String... settings) {
        return clients.connectAs("shop", SECRET, server, settings);
    }

    private static LockConfigException configError(Bench.ThrowingAction action) {
        Throwable thrown = catchThrowable(action::run);
        assertThat(thrown).isInstanceOf(LockConfigException.class);
        return (LockConfigException) thrown;
    }

    private LockBackendException fault(Bench.ThrowingAction action) {
        Throwable thrown = catchThrowable(action::run);
        assertThat(thrown).isInstanceOf(LockBackendException.class);
        assertThat(Throwables.getStackTrace(thrown)).doesNotContain(SECRET).doesNotContain(server.password());
        return (LockBackendException) thrown;
    }

    // The table

    @Test
    void missingTable_thatIsNotToBeCreated_isAnErrorWithTheStatementToRun() {
        LockConfigException error = configError(() -> clients.connect(server.url(), NO_TABLE));
        assertThat(error)
                .hasMessageContaining("pawl_lock")
                .hasMessageContaining("CREATE TABLE IF NOT EXISTS pawl_lock");
        String ddl = String.valueOf(error.getMessage());
        execute(ddl.substring(ddl.indexOf("CREATE TABLE")));
        Bench.hold(clients.connect(server.url(), NO_TABLE), "name").close();
    }

    @Test
    void tableOfAnotherShape_isAnErrorThatNamesWhatItLacks() {
        createTable();
        execute("ALTER TABLE pawl_lock DROP COLUMN waiters, DROP COLUMN lease_micros");
        assertThat(configError(() -> clients.connect(server.url())))
                .hasMessageContaining("[lease_micros, waiters]")
                .hasMessageContaining("pawl.jdbc.table")
                .hasMessageContaining("CREATE TABLE");
    }

    @Test
    void tableDroppedUnderAClient_isAFaultThatSaysSo() {
        LockClient client = clients.connect(server.url());
        execute("DROP TABLE pawl_lock");
        assertThat(fault(() -> client.lock("name").tryAcquire()))
                .hasMessageContaining("has no lock table")
                .hasMessageContaining("name");
    }

    // Privileges

    @Test
    void roleThatMayNotCreate_isToldTheStatementToRun() {
        createRole("");
        assertThat(configError(this::asRole))
                .hasMessageContaining("cannot create it")
                .hasMessageContaining("permission denied")
                .hasMessageContaining("CREATE TABLE");
    }

    @Test
    void roleThatMayCreateNothing_usesATableThatIsThere() {
        createTable();
        createRole("");
        execute("GRANT SELECT, INSERT, UPDATE, DELETE ON pawl_lock TO shop");
        LockClient client = asRole();
        LockClient other = asRole();
        Lease lease = Bench.hold(client, "name");
        Job<Long> waiter = bench.start(() -> {
                    try (Lease next = other.lock("name").acquire()) {
                        return next.token().value();
                    }
                })
                .awaitWaiting();
        assertThat(other.lock("name").tryAcquire()).isEqualTo(Optional.empty());
        lease.close();
        assertThat(waiter.get()).isGreaterThan(lease.token().value());
    }

    @Test
    void roleThatMayOnlyRead_isToldWhatItLacks() {
        createTable();
        createRole("");
        execute("GRANT SELECT ON pawl_lock TO shop");
        LockClient client = asRole();
        assertThat(fault(() -> client.lock("name").tryAcquire()))
                .hasMessageContaining("lacks a privilege")
                .hasMessageContaining("UPDATE");
    }

    @Test
    void readOnlyDatabase_isToldApart() {
        createTable();
        createRole("");
        execute(
                "GRANT SELECT, INSERT, UPDATE, DELETE ON pawl_lock TO shop",
                "ALTER ROLE shop SET default_transaction_read_only = on");
        LockClient client = asRole();
        assertThat(fault(() -> client.lock("name").tryAcquire())).hasMessageContaining("read-only");
    }

    @Test
    void readOnlyDatabaseWithoutATable_isToldApart() {
        createRole("");
        execute("GRANT CREATE ON SCHEMA public TO shop", "ALTER ROLE shop SET default_transaction_read_only = on");
        assertThat(catchThrowable(this::asRole))
                .isInstanceOf(LockException.class)
                .hasMessageContaining("read-only");
    }

    // The way there

    @Test
    void wrongPassword_isAFaultThatKeepsIt() {
        createRole("");
        assertThat(fault(() -> clients.connectAs("shop", "not-" + SECRET, server)))
                .hasMessageContaining("refused user name or password")
                .hasMessageContaining("127.0.0.1:" + server.port());
        assertThat(fault(() -> clients.connect(server.url().replace(server.password(), "wrong"))))
                .hasMessageContaining("refused user name or password");
    }

    @Test
    void unknownDatabase_isAFaultThatSaysSo() {
        assertThat(fault(() -> clients.connect(server.url().replace("/pawl?", "/nowhere?"))))
                .hasMessageContaining("has no such database");
    }

    @Test
    void unknownHost_isAFaultThatNamesIt() {
        assertThat(fault(() -> clients.connect("jdbc:postgresql://no-such-host.invalid:5432/app?user=u")))
                .hasMessageContaining("no-such-host.invalid");
    }

    @Test
    void closedPort_isAFaultThatSaysSo() {
        assertThat(fault(() -> clients.connect("jdbc:postgresql://127.0.0.1:1/app?user=u")))
                .hasMessageContaining("cannot be reached")
                .hasMessageContaining("127.0.0.1:1");
    }

    @Test
    void tooManyConnections_isAFaultThatSaysSo() {
        createTable();
        createRole(" CONNECTION LIMIT 1");
        execute("GRANT ALL ON pawl_lock TO shop");
        assertThat(fault(this::asRole)).hasMessageContaining("too many connections");
    }
}
