package dev.pawl.lock.tests.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.tests.Bench;
import dev.pawl.lock.tests.Job;
import dev.pawl.lock.tests.servers.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
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
        SqlClients.pass(Duration.ofSeconds(4));
        load.end(bench, bench.ioBound());
        assertThat(load.faults()).isEmpty();
        assertThat(load.claims()).isGreaterThan(ROUNDS);
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
    void rowThatAnotherSessionLocksForLong_isAFault_onTheApplicationsPool() throws SQLException {
        assertThat(faultAtALockedRow(clients.using(pool(4)))).hasMessageContaining("did not answer in time");
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
    void exhaustedPool_isAFaultThatSaysSo_andIsOverWhenItIsOver() throws SQLException {
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
        lock.tryAcquire().orElseThrow().close();
        bench.assertNothingLeft(lock.name());
    }

    @Test
    void exhaustedPool_isAFaultAtTheStart() throws SQLException {
        HikariDataSource pool = pool(1);
        try (Connection taken = pool.getConnection()) {
            assertThat(taken.isValid(1)).isTrue();
            assertThat(catchThrowable(() -> clients.using(pool)))
                    .isInstanceOf(LockBackendException.class)
                    .hasMessageContaining("the pool is exhausted");
        }
    }
}
