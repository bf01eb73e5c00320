package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.MariaDbServer;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TcpProxy;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The guard that shares the lock's own row, with real leases: only the one that has the lock now is admitted. */
@Timeout(180)
class JdbcLockGuardTest {

    private static final Duration BRIEF = Duration.ofMillis(1_500);

    private final JdbcLockGuard guard = JdbcLockGuard.create();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private @Nullable SqlServer started;

    private SqlServer server() {
        return Objects.requireNonNull(started, "started");
    }

    private LockClient start(TestedDatabase database) {
        started = database.healed();
        return client();
    }

    private LockClient client() {
        LockClient client = LockClient.connect(server().url());
        opened.push(client);
        return client;
    }

    private Connection transaction(int isolation) throws SQLException {
        Connection connection = DriverManager.getConnection(server().url());
        opened.push(() -> {
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            connection.close();
        });
        connection.setTransactionIsolation(isolation);
        connection.setAutoCommit(false);
        return connection;
    }

    private Connection transaction() throws SQLException {
        return transaction(Connection.TRANSACTION_READ_COMMITTED);
    }

    @AfterEach
    void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    private static Lease expiring(LockClient client) throws InterruptedException {
        return client.lock(
                        "job",
                        LockOptions.builder().leaseTime(BRIEF).renewal(false).build())
                .acquire(Duration.ofSeconds(20));
    }

    private void assertStale(Connection transaction, FencingToken token) throws SQLException {
        assertThatExceptionOfType(StaleTokenException.class)
                .isThrownBy(() -> guard.enter(transaction, token))
                .withMessageContainingAll("'" + token.lock() + "'", Long.toString(token.value()));
        try (Statement statement = transaction.createStatement();
                ResultSet usable = statement.executeQuery("SELECT 1")) {
            assertThat(usable.next()).isTrue();
        }
        transaction.rollback();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&useServerPrepStmts=true"})
    void mariaDbByTheDriverOfMySql_isGuardedLikeByItsOwn(String parameters) throws Exception {
        LockClient client = start(TestedDatabase.MARIADB);
        String url = ((MariaDbServer) server()).mysqlUrl() + parameters;
        try (Connection transaction = DriverManager.getConnection(url)) {
            transaction.setAutoCommit(false);
            FencingToken token;
            try (Lease lease = client.lock("job").acquire()) {
                token = lease.token();
                guard.enter(transaction, token);
                transaction.commit();
                assertStale(transaction, new FencingToken("job", token.value() - 1));
                assertStale(transaction, new FencingToken("another", token.value()));
            }
            assertStale(transaction, token);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theHolder_isAdmittedAgainAndAgain_andNobodyElse(TestedDatabase database) throws Exception {
        LockClient client = start(database);
        Connection transaction = transaction();
        FencingToken token;
        try (Lease lease = client.lock("job").acquire()) {
            token = lease.token();
            for (int i = 0; i < 3; i++) {
                guard.enter(transaction, token);
                guard.enter(transaction, token);
                transaction.commit();
            }
            assertStale(transaction, new FencingToken("job", token.value() + 1));
            assertStale(transaction, new FencingToken("job", 1));
            assertStale(transaction, new FencingToken("another", token.value()));
        }
        assertStale(transaction, token);
        try (Lease next = client.lock("job").acquire()) {
            assertStale(transaction, token);
            guard.enter(transaction, next.token());
            transaction.commit();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStaleHolder_isRefusedBeforeTheNewOneHasWritten(TestedDatabase database) throws Exception {
        LockClient client = start(database);
        Lease stale = expiring(client);
        Lease newer = client().lock("job").acquire();
        Connection transaction = transaction();
        assertStale(transaction, stale.token());
        guard.enter(transaction, newer.token());
        transaction.commit();
        newer.close();
    }

    @ParameterizedTest
    @EnumSource
    void whileATransactionIsOpen_nobodyTakesTheLockOver_evenWhenItsLeaseIsOver(TestedDatabase database)
            throws Exception {
        LockClient client = start(database);
        Lease lease = expiring(client);
        Connection transaction = transaction();
        guard.enter(transaction, lease.token());
        Bench.await("the end of the lease").until(() -> !lease.isValid());
        LockClient other = client();
        CompletableFuture<Lease> next = other.lock("job").acquireAsync(Duration.ofSeconds(30));
        Bench.await("a second beyond the lease")
                .during(Duration.ofSeconds(1))
                .until(() -> !next.isDone() || next.isCompletedExceptionally());
        guard.enter(transaction, lease.token());
        assertThat(next.isDone() && !next.isCompletedExceptionally())
                .as("granted before the commit")
                .isFalse();
        transaction.commit();
        try (Lease taken =
                next.exceptionallyCompose(fault -> retried(other, fault)).get(40, TimeUnit.SECONDS)) {
            assertStale(transaction, lease.token());
            guard.enter(transaction, taken.token());
            transaction.commit();
        }
    }

    /** An attempt that had to wait for the row for longer than one exchange may take has failed. */
    private static CompletableFuture<Lease> retried(LockClient client, Throwable fault) {
        assertThat(fault).isInstanceOf(LockBackendException.class);
        return client.lock("job").acquireAsync(Duration.ofSeconds(30));
    }

    static Stream<Arguments> isolations() {
        return Stream.of(TestedDatabase.values())
                .flatMap(database -> Stream.of(
                                Connection.TRANSACTION_READ_COMMITTED,
                                Connection.TRANSACTION_REPEATABLE_READ,
                                Connection.TRANSACTION_SERIALIZABLE)
                        .map(isolation -> Arguments.of(database, isolation)));
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void aHolderThatWasOvertakenWithinItsSnapshot_isNotLetIn(TestedDatabase database, int isolation) throws Exception {
        LockClient client = start(database);
        Lease stale = expiring(client);
        Connection transaction = transaction(isolation);
        try (Statement statement = transaction.createStatement();
                ResultSet snapshot =
                        statement.executeQuery("SELECT count(*) FROM pawl_lock WHERE name = 'pawl:not this one'")) {
            assertThat(snapshot.next()).isTrue();
        }
        Lease newer = client().lock("job").acquire();
        try {
            guard.enter(transaction, stale.token());
            throw new AssertionError("was let in");
        } catch (LockBackendException conflict) {
            assertThat(isolation).isNotEqualTo(Connection.TRANSACTION_READ_COMMITTED);
        } catch (StaleTokenException e) {
            assertThat(e.newest()).isEqualTo(newer.token().value());
        }
        transaction.rollback();
        newer.close();
    }

    @ParameterizedTest
    @EnumSource
    void everyLeaseOfAChainOfHandOffs_isAdmittedWhileItIsHeld(TestedDatabase database) throws Exception {
        LockClient client = start(database);
        List<CompletableFuture<Integer>> workers = Stream.of(1, 2, 3)
                .map(i -> CompletableFuture.supplyAsync(() -> workInChain(client)))
                .toList();
        assertThat(workers).allSatisfy(worker -> assertThat(worker.join()).isEqualTo(120));
    }

    /** The chain of one client is extended every so often, in the background, under a lease that is held. */
    private int workInChain(LockClient client) {
        int admitted = 0;
        try (Connection transaction = DriverManager.getConnection(server().url())) {
            transaction.setAutoCommit(false);
            while (admitted < 120) {
                try (Lease lease = client.lock("chain").acquire()) {
                    guard.enter(transaction, lease.token());
                    transaction.commit();
                    admitted++;
                }
            }
            return admitted;
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionInAutocommitMode_isRefusedBeforeAnyWrite(TestedDatabase database) throws Exception {
        try (Lease lease = start(database).lock("job").acquire()) {
            Connection connection = transaction();
            connection.setAutoCommit(true);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> guard.enter(connection, lease.token()))
                    .withMessageContainingAll("'job'", "setAutoCommit(false)");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMissingTable_isAFaultThatSaysSo(TestedDatabase database) throws Exception {
        try (Lease lease = start(database).lock("job").acquire()) {
            assertThatExceptionOfType(LockBackendException.class)
                    .isThrownBy(() -> JdbcLockGuard.in("pawl", "no_such_table").enter(transaction(), lease.token()))
                    .withMessageContainingAll("'job'", "has no lock table");
        }
    }

    @Test
    void onPostgres_itIsOneRoundTrip_andLeavesTheSettingsAsTheyWere() throws Exception {
        try (Lease lease = start(TestedDatabase.POSTGRESQL).lock("job").acquire();
                TcpProxy proxy = TcpProxy.to(server().port());
                Connection transaction = DriverManager.getConnection(proxy.through(server().url()))) {
            transaction.setAutoCommit(false);
            try (Statement statement = transaction.createStatement()) {
                statement.execute("SET lock_timeout = '7s'");
                transaction.commit();
                // Of a database that it has not met it asks first what its lock table is like.
                guard.enter(transaction, lease.token());
                transaction.commit();
                for (int i = 0; i < 10; i++) {
                    long before = proxy.roundTrips();
                    guard.enter(transaction, lease.token());
                    assertThat(proxy.roundTrips() - before).isEqualTo(1);
                    try (ResultSet timeout = statement.executeQuery("SHOW lock_timeout")) {
                        assertThat(timeout.next()).isTrue();
                        assertThat(timeout.getString(1)).isEqualTo("7s");
                    }
                    transaction.commit();
                }
            }
        }
    }
}
