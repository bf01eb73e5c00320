package dev.pawl.lock.liquibase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.ChildJvm;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.RedisServers;
import dev.pawl.lock.testservers.SingleRedis;
import dev.pawl.lock.testservers.SqlServer;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import liquibase.Liquibase;
import liquibase.exception.LockException;
import liquibase.lockservice.DatabaseChangeLogLock;
import liquibase.lockservice.LockService;
import liquibase.lockservice.LockServiceFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Migrations of a real PostgreSQL, under locks of a real Redis. */
@Timeout(180)
final class PawlLiquibaseLockServiceTest {

    /** Five JVMs that start at once leave each other no time to renew a shorter one: it was lost, and two of them made the same table. */
    private static final String LEASE = "8s";

    private final SqlServer server = PostgresServer.shared();
    private final SingleRedis redis = RedisServers.single();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void heal() {
        server.heal();
        redis.heal();
    }

    @AfterEach
    void close() throws Exception {
        PawlLiquibaseLockService.use(null);
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        opened.add(resource);
        return resource;
    }

    private ChildJvm migration() {
        return closing(ChildJvm.start(
                Migration.class,
                redis.url(),
                Map.of(),
                Map.of("PAWL_URL", redis.url(), "PAWL_LEASE_TIME", LEASE),
                server.jdbcUrl(),
                server.user(),
                server.password()));
    }

    @Test
    void aMigrationThatIsKilledInTheMiddle_leavesItToTheOthers() throws Exception {
        LockClient client = closing(LockClient.connect(redis.url()));
        List<ChildJvm> migrations = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            migrations.add(migration());
        }
        Bench.await("one migrates").until(this::isMigrating);
        String name = client.list("liquibase/", 10).get(0).name();
        String holder = client.inspect(name).flatMap(LockInfo::holder).orElseThrow();
        ChildJvm killed = migrations.stream()
                .filter(migration -> holder.endsWith("/" + migration.pid()))
                .findFirst()
                .orElseThrow();
        killed.kill();
        migrations.remove(killed);
        migrations.forEach(migration -> migration.awaitLine("migrated"));
        assertThat(numbers("SELECT step FROM migrated ORDER BY step")).containsExactly(2, 3);
        assertThat(tables("databasechangeloglock")).isZero();
        assertThat(client.inspect(name)).isEmpty();
    }

    private boolean isMigrating() {
        return numbers("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'")
                .equals(List.of(1));
    }

    private List<Integer> numbers(String query) {
        return server.ask(admin -> {
            try (Statement statement = admin.createStatement();
                    ResultSet rows = statement.executeQuery(query)) {
                List<Integer> numbers = new ArrayList<>();
                while (rows.next()) {
                    numbers.add(rows.getInt(1));
                }
                return numbers;
            }
        });
    }

    @Test
    void theTableOfTheChangeLog_isMadeUnderTheLock() throws Exception {
        String service = "memory:liquibase-table";
        LockClient client = closing(LockClient.connect(service));
        PawlLiquibaseLockService.use(client);
        try (Liquibase liquibase = Migration.open(server.jdbcUrl(), server.user(), server.password());
                LockClient other = LockClient.connect(service)) {
            LockService known = service(liquibase);
            known.waitForLock();
            String name = client.held().get(0).name();
            known.releaseLock();
            Lease held = other.lock(name).acquire(Duration.ofSeconds(5));
            CompletableFuture<Void> migration = CompletableFuture.runAsync(this::migrateNow);
            Bench.await("the migration waits")
                    .until(() -> migration.isDone()
                            || other.inspect(name).orElseThrow().waiting().orElse(0) == 1);
            assertThat(tables("databasechangelog")).isZero();
            held.close();
            Bench.get(migration);
            assertThat(tables("databasechangelog")).isOne();
        }
    }

    private void migrateNow() {
        try {
            Migration.migrate(server.jdbcUrl(), server.user(), server.password());
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    private int tables(String name) {
        return numbers("SELECT count(*) FROM information_schema.tables WHERE table_name = '" + name + "'")
                .get(0);
    }

    @Test
    void aLentClient_isUsed_andStaysOpen() throws Exception {
        LockClient client = closing(LockClient.connect("memory:liquibase"));
        PawlLiquibaseLockService.use(client);
        Migration.migrate(server.jdbcUrl(), server.user(), server.password());
        assertThat(client.ping()).isPositive();
        assertThat(client.held()).isEmpty();
    }

    @Test
    void whoHasTheLock_isListed_andCanBeMadeToLetGo() throws Exception {
        PawlLiquibaseLockService.use(closing(LockClient.connect("memory:liquibase-list")));
        try (Liquibase liquibase = Migration.open(server.jdbcUrl(), server.user(), server.password())) {
            LockService one = service(liquibase);
            PawlLiquibaseLockService other = new PawlLiquibaseLockService();
            other.setDatabase(liquibase.getDatabase());
            one.waitForLock();
            assertThat(other.acquireLock()).isFalse();
            assertThat(other.hasChangeLogLock()).isFalse();
            DatabaseChangeLogLock[] locks = other.listLocks();
            assertThat(locks).hasSize(1);
            assertThat(locks[0].getLockedBy())
                    .endsWith("/" + ProcessHandle.current().pid());
            other.forceReleaseLock();
            assertThat(other.acquireLock()).isTrue();
            assertThatThrownBy(one::releaseLock)
                    .isInstanceOf(LockException.class)
                    .hasMessageContaining("another may have migrated");
            other.releaseLock();
            assertThat(other.listLocks()).isEmpty();
        }
    }

    @Test
    void aWaitThatIsTooLong_saysWhoHasTheLock() throws Exception {
        LockClient client = closing(LockClient.connect("memory:liquibase-wait"));
        PawlLiquibaseLockService.use(client);
        try (Liquibase liquibase = Migration.open(server.jdbcUrl(), server.user(), server.password())) {
            LockService waiting = service(liquibase);
            PawlLiquibaseLockService holder = new PawlLiquibaseLockService();
            holder.setDatabase(liquibase.getDatabase());
            assertThat(holder.acquireLock()).isTrue();
            String name = client.held().get(0).name();
            waiting.setChangeLogLockWaitTime(0);
            assertThatThrownBy(waiting::waitForLock)
                    .isInstanceOf(LockException.class)
                    .hasMessageContaining(name);
            holder.releaseLock();
            try (Lease free = client.lock(name).acquire(Duration.ofSeconds(5))) {
                assertThat(free.isValid()).isTrue();
            }
        }
    }

    @Test
    void withoutALockService_aMigrationFails_beforeItChangesAnything() {
        assertThatThrownBy(() -> Migration.migrate(server.jdbcUrl(), server.user(), server.password()))
                .hasMessageContaining("pawl.url is not set")
                .hasMessageContaining("PawlLiquibaseLockService.use");
        assertThat(tables("databasechangelog")).isZero();
    }

    private static LockService service(Liquibase liquibase) {
        LockService service = LockServiceFactory.getInstance().getLockService(liquibase.getDatabase());
        assertThat(service).isInstanceOf(PawlLiquibaseLockService.class);
        return service;
    }
}
