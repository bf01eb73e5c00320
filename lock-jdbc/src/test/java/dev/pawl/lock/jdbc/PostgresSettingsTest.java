package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.Job;
import dev.pawl.lock.testservers.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A PostgreSQL, and connections, that are set up in another way than Pawl would: it copes, and leaves them as they were. */
@Timeout(120)
@Full
final class PostgresSettingsTest {

    private static final int ROUNDS = 40;
    private static final int TIMEOUT_OF_THE_APPLICATION = 12_345;

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();
    private final Bench bench = new Bench(new PostgresFixture(), "settings");

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

    private HikariDataSource pool(int size) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(server.url());
        pool.setMaximumPoolSize(size);
        pool.setConnectionTimeout(1_000);
        return clients.closing(pool);
    }

    // The driver

    @Test
    void simpleQueryMode_takesOneLockAndSeveral() {
        String url = server.url();
        LockClient client = clients.connect(url + (url.contains("?") ? "&" : "?") + "preferQueryMode=simple");

        client.lock(bench.name()).tryAcquire().orElseThrow().close();
        client.lockAll(List.of(bench.name(), bench.name()))
                .tryAcquire()
                .orElseThrow()
                .close();
    }

    // Isolation

    @Test
    void serializableByDefault_costsNobodyALock_onItsOwnPool() {
        contendSerializable(() -> clients.connect(server.url()));
    }

    @Test
    void serializableByDefault_costsNobodyALock_onTheApplicationsPool() {
        contendSerializable(() -> clients.using(pool(4)));
    }

    private void contendSerializable(Supplier<LockClient> client) {
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                return statement.execute("ALTER ROLE pawl SET default_transaction_isolation = 'serializable'");
            }
        });
        List<LockClient> four = Stream.generate(client).limit(4).toList();
        SqlLoad load = new SqlLoad(bench, four, List.of(bench.name(), bench.name()));
        Bench.await("many claims").atMost(Duration.ofSeconds(40)).until(() -> load.claims() > 2 * ROUNDS);
        load.end(bench, bench.ioBound());
        assertThat(load.faults()).isEmpty();
    }

    // Rows that others have locked

    @Test
    void rowThatAnotherSessionLocks_isWaitedFor() throws SQLException {
        DistributedLock lock = clients.connect(server.url()).lock(bench.name());
        lock.tryAcquire().orElseThrow().close();
        try (Connection other = locking(lock.name())) {
            Job<Boolean> request = bench.start(() -> {
                        try (Lease lease = lock.tryAcquire().orElseThrow()) {
                            return lease.isValid();
                        }
                    })
                    .awaitWaiting();
            SqlClients.pass(Duration.ofSeconds(1));
            assertThat(request.isDone()).isFalse();
            other.rollback();
            assertThat(request.get()).isTrue();
        }
        bench.assertNothingLeft(lock.name());
    }

    @Test
    void rowThatAnotherSessionLocksForLong_isAFaultThatSaysSo_onItsOwnPool() throws SQLException {
        assertThat(faultAtALockedRow(clients.connect(server.url())))
                .hasMessageContaining("kept the row of this lock locked by another session");
    }

    @Test
    void rowThatAnotherSessionLocksForLong_isAFaultThatSaysSo_onTheApplicationsPool() throws SQLException {
        assertThat(faultAtALockedRow(clients.using(pool(4))))
                .hasMessageContaining("kept the row of this lock locked by another session");
    }

    private LockBackendException faultAtALockedRow(LockClient client) throws SQLException {
        DistributedLock lock = client.lock(bench.name());
        lock.tryAcquire().orElseThrow().close();
        Throwable thrown;
        try (Connection other = locking(lock.name())) {
            long start = System.nanoTime();
            thrown = catchThrowable(lock::tryAcquire);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(bench.ioBound());
            other.rollback();
        }
        assertThat(thrown).isInstanceOf(LockBackendException.class);
        bench.assertNothingLeft(lock.name());
        return (LockBackendException) thrown;
    }

    /** A session that has the row of a lock in an open transaction. */
    private Connection locking(String name) throws SQLException {
        Connection other = server.admin();
        other.setAutoCommit(false);
        try (PreparedStatement lock = other.prepareStatement("SELECT FROM pawl_lock WHERE name = ? FOR UPDATE")) {
            lock.setString(1, SqlFixture.row(name));
            assertThat(lock.executeQuery().next()).isTrue();
        }
        return other;
    }

    // The application's connections

    @Test
    void connectionsOfTheApplication_comeBackAsTheyWere() throws SQLException {
        HikariDataSource pool = pool(3);
        pool.setAutoCommit(false);
        List<String> states = new CopyOnWriteArrayList<>();
        DataSource watched = new WatchedSource(
                pool,
                connection -> connection.setNetworkTimeout(Runnable::run, TIMEOUT_OF_THE_APPLICATION),
                connection -> {
                    if (!connection.unwrap(Connection.class).isClosed()) {
                        states.add(connection.getAutoCommit() + " " + connection.getNetworkTimeout());
                    }
                });
        LockClient client = clients.using(watched);
        DistributedLock lock = client.lock(bench.name());
        for (int i = 0; i < ROUNDS; i++) {
            try (Lease lease = lock.tryAcquire().orElseThrow()) {
                lease.ensureValid();
            }
        }
        client.close();
        assertThat(states).hasSizeGreaterThan(2 * ROUNDS).containsOnly("false " + TIMEOUT_OF_THE_APPLICATION);
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        bench.assertNothingLeft(lock.name());
    }

    @Test
    void exhaustedPool_isAFaultThatSaysSo_andIsOverWhenItIsOver() throws SQLException, InterruptedException {
        HikariDataSource pool = pool(2);
        LockClient client = clients.using(pool);
        DistributedLock lock = client.lock(bench.name());
        lock.tryAcquire().orElseThrow().close();
        try (Connection taken = pool.getConnection()) {
            assertThat(taken.isValid(1)).isTrue();
            long start = System.nanoTime();
            assertThat(catchThrowable(lock::tryAcquire))
                    .isInstanceOf(LockBackendException.class)
                    .hasMessageContaining("the pool is exhausted")
                    .hasMessageContaining(lock.name());
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(bench.ioBound());
        }
        // At first it may meet what the failed attempt still undoes.
        lock.tryAcquire(bench.ioBound()).orElseThrow().close();
        bench.assertNothingLeft(lock.name());
    }

    @Test
    void connectionThatListened_isGivenBackAsItWas_whenTheClientIsClosed() throws SQLException {
        HikariDataSource pool = pool(3);
        pool.setAutoCommit(false);
        LockClient client = clients.using(pool);
        Lease lease = client.lock(bench.name()).tryAcquire().orElseThrow();
        List<String> lent = sessions();
        assertThat(advisoryLocks()).as("presence").isNotEmpty();

        lease.close();
        client.close();

        assertThat(advisoryLocks()).isEmpty();
        assertThat(sessions()).as("none was broken off").containsAll(lent);
        for (int i = 0; i < lent.size(); i++) {
            Connection again = clients.closing(pool.getConnection());
            assertThat(again.getAutoCommit()).isFalse();
            assertThat(again.getNetworkTimeout()).isZero();
            try (Statement statement = again.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT * FROM pg_listening_channels()")) {
                assertThat(rows.next()).as("listens").isFalse();
            }
        }
    }

    private List<String> sessions() {
        return column("SELECT pid::text FROM pg_stat_activity WHERE backend_type = 'client backend'"
                + " AND pid <> pg_backend_pid()");
    }

    private List<String> advisoryLocks() {
        return column("SELECT pid::text FROM pg_locks WHERE locktype = 'advisory'");
    }

    private List<String> column(String query) {
        List<String> values = new CopyOnWriteArrayList<>();
        server.ask(admin -> {
            try (Statement statement = admin.createStatement();
                    ResultSet rows = statement.executeQuery(query)) {
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
                return true;
            }
        });
        return values;
    }

    @Test
    void poolOfOneConnection_isRefused_forListeningKeepsOne() {
        assertThat(catchThrowable(() -> clients.using(pool(1))))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("one connection")
                .hasMessageContaining("two or more");
    }

    @Test
    void exhaustedPool_isAFaultAtTheStart() throws SQLException {
        HikariDataSource pool = pool(2);
        try (Connection taken = pool.getConnection()) {
            assertThat(taken.isValid(1)).isTrue();
            assertThat(catchThrowable(() -> clients.using(pool)))
                    .isInstanceOf(LockBackendException.class)
                    .hasMessageContaining("the pool is exhausted");
        }
    }

    // Roles

    /** The first attempt waits at the server until after its client has given it up. */
    @Test
    void attemptWithoutAnAnswer_isUndone_inAPoolThatSetsARole() {
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                statement.execute(
                        "CREATE ROLE owner_of_tables; CREATE ROLE shop LOGIN PASSWORD 'x' IN ROLE owner_of_tables;"
                                + " GRANT ALL ON SCHEMA public TO owner_of_tables");
                return true;
            }
        });
        HikariDataSource pool = pool(4);
        pool.setUsername("shop");
        pool.setPassword("x");
        pool.setJdbcUrl(server.jdbcUrl());
        pool.setConnectionInitSql("SET ROLE owner_of_tables");
        LockClient client = clients.using(pool);
        client.lock("job").tryAcquire().orElseThrow().close();
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                statement.execute("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
                        + " 'BEGIN PERFORM pg_sleep(4); RETURN NEW; END';"
                        + " CREATE TRIGGER slow BEFORE INSERT ON pawl_lock FOR EACH ROW EXECUTE FUNCTION slow()");
                return true;
            }
        });
        assertThat(catchThrowable(() -> client.lock("slow").tryAcquire())).isInstanceOf(LockBackendException.class);
        Bench.await("the insert would be over")
                .during(Duration.ofSeconds(6))
                .until(() -> rowsOf("slow").isEmpty());
    }

    private List<String> rowsOf(String lock) {
        return server.ask(admin -> {
            List<String> owners = new CopyOnWriteArrayList<>();
            try (Statement statement = admin.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT owner FROM pawl_lock WHERE owner <> '' AND name = '"
                            + SqlFixture.row(lock) + "'")) {
                while (rows.next()) {
                    owners.add(rows.getString(1));
                }
            }
            return owners;
        });
    }
}
