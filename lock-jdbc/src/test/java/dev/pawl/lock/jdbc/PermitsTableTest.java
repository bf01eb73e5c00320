package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedSemaphore;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Job;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of permits: made when somebody first asks for permits, and for nobody else. */
@Timeout(180)
final class PermitsTableTest {

    private static final String NO_TABLE = "pawl.jdbc.create-table=false";
    private static final String IDLE_RETENTION = "pawl.jdbc.idle-retention=10m";
    private static final int OLD = 1_200;

    private final SqlClients clients = new SqlClients();

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    private static void execute(SqlServer server, String sql) {
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    private static int count(SqlServer server, String rest) {
        return server.ask(admin -> {
            try (Statement statement = admin.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + rest)) {
                rows.next();
                return rows.getInt(1);
            }
        });
    }

    private static boolean isThere(SqlServer server) {
        return count(server, "information_schema.tables WHERE lower(table_name) = 'pawl_lock_permits'") > 0;
    }

    private static String refused(LockClient client) {
        Throwable thrown = catchThrowable(() -> client.semaphore("printers", 2).tryAcquire());
        assertThat(thrown).isInstanceOf(LockBackendException.class).hasMessageContaining("semaphore 'printers'");
        return String.valueOf(thrown.getMessage());
    }

    private static void holdsPermits(LockClient client) {
        try (Lease permit = client.semaphore("printers", 2).tryAcquire().orElseThrow();
                Lease reading =
                        client.readWriteLock("printers").readLock().tryAcquire().orElseThrow()) {
            assertThat(Stream.of(permit, reading)).allMatch(Lease::isValid);
        }
    }

    // When it is made

    @ParameterizedTest
    @EnumSource
    void itIsMade_withTheFirstRequestForPermits_andNotBefore(TestedDatabase database) {
        SqlServer server = database.healed();
        LockClient client = clients.connect(server.url());
        Bench.hold(client, "job").close();
        assertThat(isThere(server)).isFalse();
        holdsPermits(client);
        assertThat(isThere(server)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void manyClientsThatBeginAtOnce_makeOneTable(TestedDatabase database) {
        SqlServer server = database.healed();
        List<LockClient> many = IntStream.range(0, 6)
                .mapToObj(i -> clients.connect(server.url()))
                .toList();
        List<CompletableFuture<Lease>> first = many.stream()
                .map(client -> client.semaphore("printers", 6).acquireAsync())
                .toList();
        first.forEach(lease -> Bench.get(lease).close());
    }

    /** As from before there were semaphores: what was there goes on. */
    @ParameterizedTest
    @EnumSource
    void whereItIsMissingAndNotToBeMade_permitsAreRefused_withTheStatementToRun(TestedDatabase database) {
        SqlServer server = database.healed();
        clients.connect(server.url());
        LockClient client = clients.connect(server.url(), NO_TABLE);
        String said = refused(client);
        assertThat(said).contains("pawl_lock_permits", "pawl.jdbc.create-table=false", "CREATE TABLE IF NOT EXISTS");
        Bench.hold(client, "job").close();
        String ddl = said.substring(said.indexOf("CREATE TABLE"));
        execute(server, ddl.substring(0, ddl.indexOf(';')));
        holdsPermits(client);
    }

    @Test
    void aRoleThatMayNotCreate_isToldTheStatementToRun() {
        SqlServer server = TestedDatabase.POSTGRESQL.healed();
        clients.connect(server.url());
        execute(server, "CREATE ROLE shop LOGIN PASSWORD 'role-secret'");
        execute(server, "GRANT SELECT, INSERT, UPDATE, DELETE ON pawl_lock TO shop");
        LockClient client = clients.connectAs("shop", "role-secret", server);
        Bench.hold(client, "job").close();
        assertThat(refused(client))
                .contains("pawl_lock_permits", "cannot create it", "permission denied", "CREATE TABLE");
        holdsPermits(clients.connect(server.url()));
        assertThat(refused(client)).contains("lacks a privilege", "_permits");
        execute(server, "GRANT SELECT, INSERT, UPDATE, DELETE ON pawl_lock_permits TO shop");
        holdsPermits(client);
    }

    @ParameterizedTest
    @EnumSource
    void oneOfAnotherShape_isRefused_withWhatItLacks(TestedDatabase database) {
        SqlServer server = database.healed();
        holdsPermits(clients.connect(server.url()));
        execute(server, "ALTER TABLE pawl_lock_permits DROP COLUMN turn_micros");
        LockClient client = clients.connect(server.url());
        assertThat(refused(client)).contains("pawl_lock_permits", "[turn_micros]", "CREATE TABLE");
        Bench.hold(client, "job").close();
    }

    @ParameterizedTest
    @EnumSource
    void oneWithoutItsKey_isRefused(TestedDatabase database) {
        SqlServer server = database.healed();
        holdsPermits(clients.connect(server.url()));
        execute(
                server,
                "ALTER TABLE pawl_lock_permits DROP "
                        + (database == TestedDatabase.POSTGRESQL
                                ? "CONSTRAINT pawl_lock_permits_pkey"
                                : "PRIMARY KEY"));
        assertThat(refused(clients.connect(server.url()))).contains("pawl_lock_permits", "key on owner alone");
    }

    @ParameterizedTest
    @EnumSource(
            names = {"H2"},
            mode = EnumSource.Mode.EXCLUDE)
    void rowMode_hasNoPermits(TestedDatabase database) {
        SqlServer server = database.healed();
        LockClient client = clients.connect(server.url(), "pawl.jdbc.mode=row");
        assertThat(client.guarantees().supports(Capability.SEMAPHORE)).isFalse();
        assertThat(catchThrowable(() -> client.semaphore("printers", 2)))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("row mode");
    }

    // When its rows go

    @ParameterizedTest
    @EnumSource
    void oldRows_areRemoved(TestedDatabase database) {
        SqlServer server = database.healed();
        LockClient first = clients.connect(server.url());
        holdsPermits(first);
        insertOld(server);
        LockClient client = clients.connect(server.url(), IDLE_RETENTION);
        Lease held = first.semaphore("plotters", 1).tryAcquire().orElseThrow();
        Bench.await("the end of the old rows").until(() -> {
            holdsPermits(client);
            return count(server, "pawl_lock_permits WHERE name LIKE 'old-%'") == 0;
        });
        assertThat(client.semaphore("plotters", 1).tryAcquire()).isEmpty();
        held.close();
    }

    private static void insertOld(SqlServer server) {
        server.ask(admin -> {
            try (PreparedStatement insert = admin.prepareStatement("INSERT INTO pawl_lock_permits"
                    + " (owner, name, client, state, permits, most, place, turn_micros, ends_micros)"
                    + " VALUES (?, ?, 'dead', 'waiting', 1, 1, 1, 1, 1)")) {
                for (int i = 0; i < OLD; i++) {
                    insert.setString(1, "owner-" + i);
                    insert.setString(2, "old-" + i);
                    insert.addBatch();
                }
                return insert.executeBatch();
            }
        });
    }

    // Sessions of other settings, and such as stand still

    /** A snapshot that is older than the lock of the name's row would not show what others have just been granted. */
    @Test
    void onPostgres_inRepeatableRead_neverMoreThanTheLimitAreOut() {
        SqlServer server = TestedDatabase.POSTGRESQL.healed();
        execute(server, "ALTER ROLE " + server.user() + " SET default_transaction_isolation = 'repeatable read'");
        int limit = 2;
        AtomicInteger out = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (Bench bench = new Bench(new PostgresFixture(), "repeatable")) {
            List<LockClient> both = List.of(clients.connect(server.url()), clients.connect(server.url()));
            List<Job<Boolean>> users = IntStream.range(0, 8)
                    .mapToObj(i -> bench.start(() -> {
                        DistributedSemaphore semaphore = both.get(i % 2).semaphore("printers", limit);
                        for (int round = 0; round < 20; round++) {
                            try (Lease permit = semaphore.acquire()) {
                                most.accumulateAndGet(out.incrementAndGet(), Math::max);
                                permit.ensureValid();
                                out.decrementAndGet();
                            }
                        }
                        return true;
                    }))
                    .toList();
            users.forEach(Job::get);
        }
        assertThat(most).hasValueLessThanOrEqualTo(limit);
    }

    /** Its client was stopped, or cut off, in the middle of a transaction: the server ends its session. */
    @Test
    void onPostgres_aSessionThatStandsStillWithTheNamesRow_keepsOthersFromItForSecondsOnly() throws Exception {
        SqlServer server = PostgresServer.shared();
        server.heal();
        LockClient client = clients.connect(server.url());
        holdsPermits(client);
        try (Connection stopped = server.admin()) {
            stopped.setAutoCommit(false);
            Dialect dialect = Dialects.behind(stopped, "pawl_lock", Dialect.ROW_WAIT);
            assertThat(dialect.lockName(stopped, "~s:pawl:printers")).isNotNull();
            assertThat(refused(client)).contains("kept the row of this lock locked");
            Bench.hold(client, "job").close();
            Bench.await("the end of the session").atMost(Duration.ofSeconds(40)).until(() -> {
                try {
                    holdsPermits(client);
                    return true;
                } catch (LockBackendException e) {
                    return false;
                }
            });
        }
    }

    /** They wait for the row, one after the other, and not all at once on every connection that there is. */
    @Test
    void onPostgres_releasesOfANameWhoseRowIsKept_leaveOtherLocksAlone() throws Exception {
        SqlServer server = PostgresServer.shared();
        server.heal();
        LockClient client = clients.connect(server.url());
        DistributedSemaphore printers = client.semaphore("printers", 24);
        List<Lease> permits = Stream.generate(() -> printers.tryAcquire().orElseThrow())
                .limit(24)
                .toList();
        Lease held = Bench.hold(
                client,
                "held",
                LockOptions.builder().leaseTime(Duration.ofSeconds(5)).build());
        try (Connection stopped = server.admin();
                Statement statement = stopped.createStatement()) {
            stopped.setAutoCommit(false);
            statement.execute("SELECT 1 FROM pawl_lock WHERE name = '~s:pawl:printers' FOR UPDATE");
            List<CompletableFuture<Void>> releases =
                    permits.stream().map(Lease::releaseAsync).toList();
            long end = System.nanoTime() + Duration.ofSeconds(8).toNanos();
            while (System.nanoTime() - end < 0) {
                Bench.hold(client, "other").close();
                held.ensureValid();
            }
            stopped.rollback();
            releases.forEach(
                    release -> release.exceptionally(notConfirmed -> null).join());
        }
        held.close();
        Bench.await("the permits are free")
                .ignoreExceptions()
                .until(() -> printers.permits(24).tryAcquire().isPresent());
    }
}
