package dev.pawl.lock.tests.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.jdbc.JdbcLocks;
import dev.pawl.lock.tests.servers.H2Server;
import dev.pawl.lock.tests.servers.MariaDbServer;
import dev.pawl.lock.tests.servers.PostgresServer;
import dev.pawl.lock.tests.servers.SqlServer;
import dev.pawl.lock.tests.servers.TcpProxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Locks in the caller's own transaction, on each database. */
class JoinedModeTest {

    private static final Duration BRIEF = Duration.ofMillis(300);
    private static final Duration PATIENT = Duration.ofSeconds(10);

    enum Database {
        POSTGRESQL,
        MARIADB,
        H2;

        private SqlServer server() {
            return switch (this) {
                case POSTGRESQL -> PostgresServer.shared();
                case MARIADB -> MariaDbServer.shared();
                case H2 -> H2Server.shared();
            };
        }

        private SqlServer healed() {
            assumeTrue(this != MARIADB || MariaDbServer.isAvailable(), "MariaDB runs in Docker only");
            server().heal();
            return server();
        }
    }

    private final List<AutoCloseable> opened = new ArrayList<>();
    private String url = "";

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    private void start(Database database) {
        url = database.healed().url();
        try (LockClient creator = LockClient.connect(url)) {
            creator.lock("a").tryAcquire().orElseThrow().close();
        }
    }

    private Connection transaction() throws SQLException {
        return transaction(url);
    }

    private Connection transaction(String at) throws SQLException {
        Connection connection = DriverManager.getConnection(at);
        opened.add(() -> {
            connection.rollback();
            connection.close();
        });
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        connection.setAutoCommit(false);
        return connection;
    }

    @ParameterizedTest
    @EnumSource
    void commitAndRollback_endTheLock_andTokensGoUp(Database database) throws SQLException {
        start(database);
        List<FencingToken> tokens = new ArrayList<>();
        Connection first = transaction();
        Connection second = transaction();
        for (int i = 0; i < 10; i++) {
            tokens.add(JdbcLocks.lockIn(first, "job", PATIENT));
            assertThatThrownBy(() -> JdbcLocks.lockIn(second, "job", Duration.ZERO))
                    .isInstanceOf(LockTimeoutException.class)
                    .hasMessageContaining("job");
            if (i % 2 == 0) {
                first.commit();
            } else {
                first.rollback();
            }
            tokens.add(JdbcLocks.lockIn(second, "job"));
            second.rollback();
        }
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void aTimeout_leavesTheTransactionUsable(Database database) throws SQLException {
        start(database);
        Connection holder = transaction();
        JdbcLocks.lockIn(holder, "a");
        Connection caller = transaction();
        try (Statement statement = caller.createStatement()) {
            statement.execute("CREATE TABLE business (line varchar(20))");
            caller.commit();
            statement.executeUpdate("INSERT INTO business VALUES ('before')");
            long start = System.nanoTime();
            assertThatThrownBy(() -> JdbcLocks.lockIn(caller, "a", BRIEF)).isInstanceOf(LockTimeoutException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(BRIEF, BRIEF.plusSeconds(4));
            statement.executeUpdate("INSERT INTO business VALUES ('after')");
            caller.commit();
            try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM business")) {
                rows.next();
                assertThat(rows.getInt(1)).isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWaiter_isServedWhenTheTransactionEnds(Database database) throws Exception {
        start(database);
        Connection holder = transaction();
        FencingToken before = JdbcLocks.lockIn(holder, "new");
        Connection caller = transaction();
        CompletableFuture<FencingToken> waiter =
                CompletableFuture.supplyAsync(() -> JdbcLocks.lockIn(caller, "new", PATIENT));
        assertThat(waiter.copy().orTimeout(200, java.util.concurrent.TimeUnit.MILLISECONDS))
                .failsWithin(Duration.ofSeconds(1));
        holder.commit();
        assertThat(waiter)
                .succeedsWithin(PATIENT)
                .satisfies(token -> assertThat(token).isGreaterThan(before));
    }

    /** InnoDB gives no row back before the transaction ends: there such a lock cannot be waited for. */
    @Test
    void onMariaDb_aHolderInLeaseMode_isAFault() throws SQLException {
        start(Database.MARIADB);
        Connection caller = transaction();
        try (LockClient client = LockClient.connect(url);
                Lease lease = client.lock("both").tryAcquire().orElseThrow()) {
            assertThatThrownBy(() -> JdbcLocks.lockIn(caller, "both", PATIENT))
                    .isInstanceOf(LockBackendException.class)
                    .hasMessageContaining("lease mode")
                    .hasMessageContaining("roll back");
            caller.rollback();
            lease.ensureValid();
        }
        assertThat(JdbcLocks.lockIn(caller, "both", PATIENT).value()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(names = "MARIADB", mode = EnumSource.Mode.EXCLUDE)
    void aHolderInLeaseMode_isRespected(Database database) throws SQLException {
        start(database);
        Connection caller = transaction();
        try (LockClient client = LockClient.connect(url);
                Lease lease = client.lock("both").tryAcquire().orElseThrow()) {
            assertThat(JdbcLocks.in("pawl", "pawl_lock").tryLock(caller, "both", BRIEF))
                    .isEmpty();
            // What was tried in vain must not keep the holder from its row.
            lease.ensureValid();
        }
        FencingToken token = JdbcLocks.lockIn(caller, "both", PATIENT);
        caller.commit();
        try (LockClient client = LockClient.connect(url);
                Lease next = client.lock("both").tryAcquire().orElseThrow()) {
            assertThat(next.token()).isGreaterThan(token);
        }
    }

    @ParameterizedTest
    @EnumSource
    void autocommitAndBadNames_areRefused(Database database) throws SQLException {
        start(database);
        Connection connection = transaction();
        connection.setAutoCommit(true);
        assertThatThrownBy(() -> JdbcLocks.lockIn(connection, "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("setAutoCommit(false)");
        connection.setAutoCommit(false);
        assertThatThrownBy(() -> JdbcLocks.lockIn(connection, " "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name");
        assertThatThrownBy(() -> JdbcLocks.in("pawl", "no table"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no table");
    }

    @Test
    void onPostgres_theCallersLockTimeoutIsAsItWas() throws SQLException {
        start(Database.POSTGRESQL);
        Connection holder = transaction();
        Connection caller = transaction();
        try (Statement statement = caller.createStatement()) {
            statement.execute("SET lock_timeout = '7s'");
            JdbcLocks.lockIn(caller, "free", BRIEF);
            assertThat(lockTimeout(statement)).isEqualTo("7s");
            JdbcLocks.lockIn(holder, "held");
            assertThatThrownBy(() -> JdbcLocks.lockIn(caller, "held", BRIEF)).isInstanceOf(LockTimeoutException.class);
            assertThat(lockTimeout(statement)).isEqualTo("7s");
        }
    }

    private static String lockTimeout(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SHOW lock_timeout")) {
            rows.next();
            return rows.getString(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "H2", mode = EnumSource.Mode.EXCLUDE)
    void aFreeLock_takesOneRoundTrip(Database database) throws Exception {
        start(database);
        SqlServer server = database.server();
        int port = Integer.parseInt(server.jdbcUrl().replaceAll(".*:(\\d+)/.*", "$1"));
        try (TcpProxy proxy = TcpProxy.to(port);
                Connection connection = DriverManager.getConnection(proxy.through(url))) {
            connection.setAutoCommit(false);
            for (int i = 0; i < 10; i++) {
                JdbcLocks.lockIn(connection, "warm", PATIENT);
                connection.commit();
            }
            long before = proxy.roundTrips();
            JdbcLocks.lockIn(connection, "warm", PATIENT);
            assertThat(proxy.roundTrips() - before).isEqualTo(1);
            connection.rollback();
        }
    }
}
