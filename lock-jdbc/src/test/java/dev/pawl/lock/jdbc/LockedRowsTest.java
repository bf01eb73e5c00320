package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Rows that sessions of others keep locked, by joined locks, guards, or a curious administrator: they delay those that want these very
 * locks, and nobody else.
 */
@Timeout(120)
@Full
final class LockedRowsTest {

    /** Renewed after a third, within which a row may be waited for once. */
    private static final Duration LEASE = Duration.ofSeconds(6);

    private static final int ATTEMPTS_AT_ONCE = 4;

    /** Where attempts run that must not run on the caller. */
    private static final int MORE_THAN_THREADS = 9;

    private final SqlClients clients = new SqlClients();

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    @ParameterizedTest
    @EnumSource
    void attemptsAtLockedRows_leaveAConnectionForRenewals_inAPoolOfItsOwn(TestedDatabase database) throws Exception {
        SqlServer server = database.healed();
        LockClient client = clients.connect(
                Bench.options(LEASE),
                server.url(),
                "pawl.jdbc.pool-size=" + ATTEMPTS_AT_ONCE,
                "pawl.jdbc.io-timeout=5s");
        assertLeaseOutlives(database, server, client);
    }

    @ParameterizedTest
    @EnumSource
    void attemptsAtLockedRows_leaveAConnectionForRenewals_inAPoolThatIsLent(TestedDatabase database) throws Exception {
        SqlServer server = database.healed();
        HikariDataSource pool = pool(database, server);
        pool.setMaximumPoolSize(ATTEMPTS_AT_ONCE + 1);
        assertLeaseOutlives(database, server, lending(pool, LEASE));
    }

    /** Each of the waiters would otherwise keep one of the threads where attempts run, and leave none to a free lock. */
    @ParameterizedTest
    @EnumSource
    void attemptsAtManyLockedRows_leaveAThreadForOtherLocks_inAPoolThatIsLent(TestedDatabase database)
            throws Exception {
        SqlServer server = database.healed();
        LockClient client = lending(pool(database, server), Duration.ofSeconds(30));
        client.lock("free").tryAcquire().orElseThrow().close();
        for (int i = 0; i < MORE_THAN_THREADS; i++) {
            String name = "locked-" + i;
            Bench.hold(client, name).close();
            ForeignSession unused = clients.closing(ForeignSession.locking(database, server, name));
        }
        List<CompletableFuture<Lease>> waiters = new ArrayList<>();
        for (int i = 0; i < MORE_THAN_THREADS; i++) {
            waiters.add(client.lock("locked-" + i).acquireAsync());
        }
        // The first goes take all connections that attempts may have: behind them, the rows are known to be locked.
        waiters.forEach(waiter -> Bench.await("an attempt that has failed").until(waiter::isDone));
        waiters.clear();
        for (int i = 0; i < MORE_THAN_THREADS; i++) {
            waiters.add(client.lock("locked-" + i).acquireAsync());
        }
        for (int turn = 0; turn < 5; turn++) {
            Duration waited = Bench.timed(
                    () -> client.lock("free").tryAcquire().orElseThrow().close());
            assertThat(waited).as("turn " + turn).isLessThan(Duration.ofSeconds(2));
        }
        waiters.forEach(waiter -> waiter.cancel(true));
    }

    /** One that waited at a row would otherwise take the only connection again before the one that waits for it has woken up. */
    @ParameterizedTest
    @EnumSource
    void attemptAtALockedRow_givesTheOnlyConnectionToTheNextInLine(TestedDatabase database) throws Exception {
        SqlServer server = database.healed();
        LockClient client = clients.connect(server.url(), "pawl.jdbc.pool-size=2", "pawl.jdbc.io-timeout=10s");
        Bench.hold(client, "locked").close();
        try (ForeignSession session = ForeignSession.locking(database, server, "locked")) {
            CompletableFuture<Lease> waiter = client.lock("locked").acquireAsync();
            session.awaitBlocked();
            for (int turn = 0; turn < 5; turn++) {
                Duration waited = Bench.timed(
                        () -> client.lock("free").tryAcquire().orElseThrow().close());
                assertThat(waited).as("turn " + turn).isLessThan(Duration.ofSeconds(5));
            }
            waiter.cancel(true);
        }
    }

    private static HikariDataSource pool(TestedDatabase database, SqlServer server) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(server.url());
        // As the documentation asks for.
        switch (database) {
            case MYSQL -> pool.setConnectionInitSql("SET SESSION innodb_lock_wait_timeout = 1");
            case H2 -> pool.setConnectionInitSql("SET LOCK_TIMEOUT 1000");
            default -> {}
        }
        return pool;
    }

    private LockClient lending(HikariDataSource pool, Duration leaseTime) {
        return clients.closing(LockClient.using(JdbcBackend.create(clients.closing(pool)), Bench.options(leaseTime)));
    }

    private void assertLeaseOutlives(TestedDatabase database, SqlServer server, LockClient client) throws Exception {
        List<ForeignSession> sessions = new ArrayList<>();
        List<CompletableFuture<Lease>> waiters = new ArrayList<>();
        Lease mine = Bench.hold(client, "mine");
        client.lock("free").tryAcquire().orElseThrow().close();
        try {
            for (int i = 0; i < ATTEMPTS_AT_ONCE; i++) {
                String name = "locked-" + i;
                Bench.hold(client, name).close();
                sessions.add(clients.closing(ForeignSession.locking(database, server, name)));
                waiters.add(client.lock(name, LockOptions.defaults()).acquireAsync());
            }
            sessions.get(0).awaitBlocked();
            Bench.await("two leases")
                    .pollInterval(Duration.ofMillis(100))
                    .during(LEASE.multipliedBy(2))
                    .until(() -> {
                        for (int i = 0; i < waiters.size(); i++) {
                            if (waiters.get(i).isDone()) {
                                waiters.set(
                                        i,
                                        client.lock("locked-" + i, LockOptions.defaults())
                                                .acquireAsync());
                            }
                        }
                        Optional<Lease> free = client.lock("free").tryAcquire();
                        free.ifPresent(Lease::close);
                        return mine.isValid() && free.isPresent();
                    });
        } finally {
            for (ForeignSession session : sessions) {
                session.close();
            }
            waiters.forEach(waiter -> waiter.cancel(true));
        }
        mine.close();
    }

    @ParameterizedTest
    @EnumSource
    void purge_passesByARowThatIsLocked_andKeepsNobodyFromAnotherLock(TestedDatabase database) throws Exception {
        SqlServer server = database.healed();
        LockClient client = lending(pool(database, server), Duration.ofSeconds(3));
        insertIdle(server, "idle-a", "idle-m", "idle-z");
        try (ForeignSession session = ForeignSession.locking(database, server, "idle-m")) {
            // Its first renewal purges.
            Lease mine = Bench.hold(client, "mine");
            Bench.await("the others are purged")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> names(server, "idle-").equals(List.of(SqlFixture.row("idle-m"))));
            mine.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void renewal_doesNotWaitForARowOfAnotherLock(TestedDatabase database) throws Exception {
        SqlServer server = database.healed();
        LockClient client = lending(pool(database, server), Duration.ofSeconds(3));
        Bench.hold(client, "n").close();
        List<Lease> held = new ArrayList<>();
        for (String name : List.of("a", "m", "z")) {
            held.add(Bench.hold(client, name));
        }
        try (ForeignSession session = ForeignSession.locking(database, server, "n")) {
            Bench.await("three leases")
                    .pollInterval(Duration.ofMillis(50))
                    .during(Duration.ofSeconds(9))
                    .until(() -> held.stream().allMatch(Lease::isValid));
        }
        held.forEach(Lease::close);
    }

    private static void insertIdle(SqlServer server, String... locks) {
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                for (String lock : locks) {
                    statement.execute("INSERT INTO pawl_lock (name, owner, token, previous, expires_at, lease_micros)"
                            + " VALUES ('" + SqlFixture.row(lock) + "', '', 1, 0, '1970-01-02 00:00:00', 0)");
                }
                return true;
            }
        });
    }

    private static List<String> names(SqlServer server, String prefix) {
        return server.ask(admin -> {
            List<String> names = new ArrayList<>();
            try (Statement statement = admin.createStatement();
                    ResultSet rows = statement.executeQuery(
                            "SELECT name FROM pawl_lock WHERE name LIKE '" + SqlFixture.row(prefix) + "%'")) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            return names;
        });
    }
}
