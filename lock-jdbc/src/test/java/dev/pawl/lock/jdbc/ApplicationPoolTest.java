package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.jdbc.JdbcBackend.Mode;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;

/** An application's own pool, on PostgreSQL: what it has to do with itself is left alone. */
@Timeout(120)
@Full
final class ApplicationPoolTest {

    private static final ThreadLocal<@Nullable Connection> transaction = new ThreadLocal<>();

    private static final int CONNECTIONS = 4;

    /** More than a client has threads. */
    private static final int MANY = 40;

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();

    @BeforeEach
    void heal() {
        server.heal();
        server.clearLog();
    }

    @AfterEach
    void close() throws Exception {
        transaction.remove();
        clients.close();
    }

    private HikariDataSource pool(String initSql) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(server.url() + "&ApplicationName=shop");
        pool.setMaximumPoolSize(CONNECTIONS);
        pool.setMinimumIdle(CONNECTIONS);
        pool.setConnectionInitSql(initSql);
        return clients.closing(pool);
    }

    @Test
    void statementThatTheDatabaseTimedOut_doesNotEndASessionOfThePool() throws Exception {
        assertSessionLivesOn(pool("SET statement_timeout = 300"), "statement timeout", () -> {});
    }

    @Test
    void statementThatAnAdministratorCancelled_doesNotEndASessionOfThePool() throws Exception {
        assertSessionLivesOn(
                pool("SELECT 1"),
                "user request",
                () -> strings("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"));
    }

    /** The session of the failed statement is lent on to the application, and the client has yet to undo its attempt. */
    private void assertSessionLivesOn(HikariDataSource pool, String why, Runnable breakOff) throws Exception {
        createBusinessTable();
        Bench.hold(clients.connect(server.url()), "job");
        LockBackend backend = clients.closing(JdbcBackend.create(pool));
        Bench.await("a full pool").until(() -> sessions("").size() == CONNECTIONS);
        CountedContest contest = new CountedContest(backend, "job", "waiter", Duration.ofMinutes(1));
        try (ForeignSession blocked = ForeignSession.locking(TestedDatabase.POSTGRESQL, server, "job")) {
            CompletableFuture<Throwable> failure = CompletableFuture.supplyAsync(contest::fails);
            blocked.awaitBlocked();
            breakOff.run();
            assertThat(Bench.get(failure)).hasMessageContaining(why);
        }
        List<String> failed = sessions(" AND query LIKE '%waiters || CAST%'");
        assertThat(failed).hasSize(1);
        try (Connection lent = borrow(pool, failed.get(0));
                Statement statement = lent.createStatement()) {
            lent.setAutoCommit(false);
            statement.execute("INSERT INTO business VALUES ('before')");
            contest.leaves();
            statement.execute("INSERT INTO business VALUES ('after')");
            lent.commit();
        }
        assertThat(strings("SELECT line FROM business")).containsExactly("before", "after");
        assertThat(server.log()).noneMatch(line -> line.contains("terminating connection"));
    }

    private static Connection borrow(HikariDataSource pool, String session) throws SQLException {
        List<Connection> others = new ArrayList<>();
        try {
            while (true) {
                Connection connection = pool.getConnection();
                if (session.equals("" + connection.unwrap(PGConnection.class).getBackendPID())) {
                    return connection;
                }
                others.add(connection);
            }
        } finally {
            for (Connection other : others) {
                other.close();
            }
        }
    }

    /** HikariCP answers with a null pointer when another thread has just learned from that connection that it is broken. */
    @Test
    void poolThatTripsOverAConnectionWhichIsGivenBack_doesNotFailTheCloseOfAClient() {
        AtomicBoolean trips = new AtomicBoolean();
        LockClient client = LockClient.using(JdbcBackend.create(HookedSource.tripping(pool("SELECT 1"), trips)));
        client.lock("job").tryAcquire().orElseThrow().close();
        trips.set(true);
        assertThatCode(client::close).doesNotThrowAnyException();
    }

    @Test
    void attemptThatGotNoConnection_asksForNoneToUndoWhatWasNeverSent() {
        AtomicBoolean fails = new AtomicBoolean();
        AtomicInteger asked = new AtomicInteger();
        DataSource source = new WatchedSource(
                pool("SELECT 1"),
                connection -> {
                    if (fails.get()) {
                        asked.incrementAndGet();
                        connection.close();
                        throw new SQLTransientConnectionException("no connection");
                    }
                },
                connection -> {});
        // Which makes the table; a release would be followed by a purge, which asks for a connection, too.
        LockClient client = clients.using(source);
        fails.set(true);
        assertThatThrownBy(() -> client.lock("job").tryAcquire()).isInstanceOf(LockBackendException.class);
        Bench.await("no more is asked for")
                .during(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(asked).hasValue(1));
    }

    /** The pool is patient, and has no connection before the attempt has failed and perhaps the client is closed. */
    @ParameterizedTest
    @CsvSource({"LEASE, false", "LEASE, true", "ROW, false", "ROW, true"})
    void attemptThatGetsItsConnectionTooLate_takesNothing(Mode mode, boolean closes) throws Exception {
        HikariDataSource pool = pool("SELECT 1");
        LockClient client = clients.closing(LockClient.using(JdbcBackend.builder(pool)
                .mode(mode)
                .ioTimeout(SqlClients.IO_LIMIT)
                .build()));
        client.lock("job").tryAcquire().orElseThrow().close();
        client.lock("other").tryAcquire().orElseThrow().close();
        List<Connection> borrowed = borrowAll(pool, mode == Mode.LEASE ? CONNECTIONS - 1 : CONNECTIONS);
        CompletableFuture<Lease> all = new CompletableFuture<>();
        for (String name : List.of("job", "other")) {
            client.lock(name).acquireAsync().whenComplete((lease, failure) -> all.completeExceptionally(failure));
        }
        assertThatThrownBy(() -> client.lockAll(List.of("a", "b")).tryAcquire())
                .isInstanceOf(LockBackendException.class)
                .hasMessageContaining("gave no connection in time");
        assertThat(Bench.failure(all)).hasMessageContaining("gave no connection in time");
        if (closes) {
            client.close();
        }
        for (Connection connection : borrowed) {
            connection.close();
        }
        Bench.await("nothing is taken")
                .during(Duration.ofSeconds(2))
                .untilAsserted(() -> assertThat(strings("SELECT name FROM pawl_lock WHERE owner <> ''"))
                        .isEmpty());
        assertThat(clients.connect(server.url())
                        .lockAll(List.of("a", "b", "job", "other"))
                        .tryAcquire())
                .isPresent();
    }

    private static List<Connection> borrowAll(HikariDataSource pool, int count) throws SQLException {
        List<Connection> borrowed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            borrowed.add(pool.getConnection());
        }
        return borrowed;
    }

    /** Whoever stands in the common pool may be waiting for this very answer. */
    @Test
    void answerThatDoesNotComeInTime_isToldByAThreadOfTheClients() throws Exception {
        LockBackend backend = clients.closing(JdbcBackend.builder(pool("SELECT 1"))
                .ioTimeout(SqlClients.IO_LIMIT)
                .build());
        CountedContest contest = new CountedContest(backend, "job", "holder", Duration.ofMinutes(1));
        contest.releases(contest.takes());
        server.pause();
        try {
            CompletableFuture<String> teller = backend.join(
                            new CountedContest(backend, "job", "next", Duration.ofMinutes(1)))
                    .attempt(false, 1, Runnable::run)
                    .handle((attempt, failure) -> Thread.currentThread().getName())
                    .toCompletableFuture();
            assertThat(Bench.get(teller)).startsWith("pawl-jdbc-");
        } finally {
            server.resume();
        }
    }

    private List<String> sessions(String which) {
        return strings("SELECT pid FROM pg_stat_activity WHERE application_name = 'shop'" + which);
    }

    @ParameterizedTest
    @EnumSource
    void callInATransactionOfTheApplication_leavesThatTransactionAlone(Mode mode) throws SQLException {
        createBusinessTable();
        DataSource source = HookedSource.transactional(pool("SELECT 1"), transaction);
        LockClient client = clients.closing(
                LockClient.using(JdbcBackend.builder(source).mode(mode).build()));
        try (Connection own = begunTransaction()) {
            try (Lease lease = client.lock("job").tryAcquire().orElseThrow()) {
                lease.ensureValid();
            }
            assertThat(client.lockAll(List.of("a", "b")).tryAcquire()).isPresent();
            own.rollback();
        }
        assertThat(strings("SELECT line FROM business")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void backendMadeInATransactionOfTheApplication_leavesThatTransactionAlone(Mode mode) throws SQLException {
        createBusinessTable();
        DataSource source = HookedSource.transactional(pool("SELECT 1"), transaction);
        try (Connection own = begunTransaction()) {
            LockClient client = clients.closing(
                    LockClient.using(JdbcBackend.builder(source).mode(mode).build()));
            client.lock("job").tryAcquire().orElseThrow().close();
            own.rollback();
        }
        assertThat(strings("SELECT line FROM business")).isEmpty();
    }

    /** A release gives back the connection that they wait for: if it stood in line behind them, all would wait for the pool's limit. */
    @Test
    void releaseInRowMode_isNotBehindAttemptsThatWaitForAConnection() throws Exception {
        LockClient client = clients.closing(LockClient.using(JdbcBackend.builder(pool("SELECT 1"))
                .mode(Mode.ROW)
                .rowConnections(CONNECTIONS)
                .build()));
        List<Lease> held = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            held.add(client.lock("held-" + i).tryAcquire().orElseThrow());
        }
        List<CompletableFuture<Lease>> wanted = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            wanted.add(client.lock("wanted-" + i).acquireAsync());
        }
        Bench.await("threads that wait for a connection")
                .during(Duration.ofMillis(200))
                .until(() -> wanted.stream().noneMatch(CompletableFuture::isDone));
        held.get(0).close();
        assertThat(CompletableFuture.anyOf(wanted.toArray(CompletableFuture<?>[]::new)))
                .succeedsWithin(Duration.ofSeconds(4));
        assertThat(held.subList(1, CONNECTIONS)).allMatch(Lease::isValid);
    }

    private void createBusinessTable() {
        server.ask(admin -> admin.createStatement().execute("CREATE TABLE business (line text)"));
    }

    private Connection begunTransaction() throws SQLException {
        Connection own = DriverManager.getConnection(server.url());
        own.setAutoCommit(false);
        try (Statement statement = own.createStatement()) {
            statement.execute("INSERT INTO business VALUES ('not yet')");
        }
        transaction.set(own);
        return own;
    }

    private List<String> strings(String query) {
        return server.ask(admin -> {
            List<String> strings = new ArrayList<>();
            try (Statement statement = admin.createStatement();
                    ResultSet rows = statement.executeQuery(query)) {
                while (rows.next()) {
                    strings.add(rows.getString(1));
                }
            }
            return strings;
        });
    }
}
