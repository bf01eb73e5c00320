package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.Guarantees.Order;
import dev.pawl.lock.Guarantees.WakeUp;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.PgBouncer;
import dev.pawl.lock.testservers.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Behind a pooler that gives each transaction another session: PgBouncer, where it is installed (Debian: {@code pgbouncer}); without it
 * this is skipped.
 */
@Timeout(180)
final class PgBouncerTest {

    private static @Nullable PgBouncer started;

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();

    @BeforeEach
    void heal() {
        assumeTrue(PgBouncer.isAvailable(), "PgBouncer is not installed (Debian: pgbouncer)");
        server.heal();
        started = started == null ? PgBouncer.start(server) : started;
    }

    private static PgBouncer bouncer() {
        return Objects.requireNonNull(started, "started");
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    @AfterAll
    static void stop() {
        if (started != null) {
            started.close();
            started = null;
        }
    }

    private HikariDataSource pool() {
        HikariDataSource pool = clients.closing(new HikariDataSource());
        pool.setJdbcUrl(bouncer().url());
        pool.setMaximumPoolSize(4);
        pool.setMinimumIdle(1);
        return pool;
    }

    private static void assertOrder(LockClient client, Order order, WakeUp wakeUp) {
        assertThat(client.guarantees().order()).isEqualTo(order);
        assertThat(client.guarantees().wakeUp()).isEqualTo(wakeUp);
    }

    @Test
    void everyClient_saysThatItIsNotWoken_andKeepsNoOrder() {
        for (int i = 0; i < 3; i++) {
            assertOrder(clients.connect(bouncer().url()), Order.NONE, WakeUp.POLL);
            assertOrder(clients.using(pool()), Order.NONE, WakeUp.POLL);
        }
    }

    @Test
    void clientThatHasItsSessionForItself_isWoken_inOrder() {
        assertOrder(clients.connect(bouncer().urlBySession()), Order.FIFO, WakeUp.PUSH);
    }

    /** Each of their transactions has one session, from its first statement to its commit. */
    @Test
    void permits_areHanded_fromClientToClient() {
        LockClient one = clients.connect(bouncer().url());
        LockClient other = clients.using(pool());
        for (int i = 0; i < 5; i++) {
            Lease held = Bench.get(one.semaphore("printers", 1).acquireAsync());
            CompletableFuture<Lease> next = other.semaphore("printers", 1).acquireAsync();
            assertThat(other.semaphore("printers", 1).tryAcquire()).isEmpty();
            held.close();
            Bench.get(next).close();
        }
    }

    /** Named statements of one client would be met by another, or take the names of another's. */
    @Test
    void clientsThatShareSessions_meetNoStatementOfEachOther() {
        List<LockClient> all = List.of(
                clients.connect(bouncer().url()), clients.connect(bouncer().url()), clients.using(pool()));
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<CompletableFuture<Void>> jobs = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                LockClient client = all.get(i % 3);
                String name = "job" + i % 2;
                jobs.add(CompletableFuture.runAsync(() -> takeOftenAndGiveBack(client, name), threads));
            }
            jobs.forEach(Bench::get);
        } finally {
            threads.shutdown();
        }
        assertThat(server.log())
                .noneMatch(line -> line.contains("prepared statement") || line.contains("bind message"));
    }

    private static void takeOftenAndGiveBack(LockClient client, String name) {
        for (int i = 0; i < 30; i++) {
            try (Lease lease = acquire(client, name);
                    Lease other = acquire(client, name + lease.token().value() % 3)) {
                assertThat(lease.isValid() && other.isValid()).isTrue();
            }
        }
    }

    private static Lease acquire(LockClient client, String name) {
        return Bench.get(client.lock(name).acquireAsync(Duration.ofSeconds(30)));
    }

    @Test
    void nothingOfOurs_staysOnASessionThatOthersAreLent() throws SQLException {
        try (LockClient own = LockClient.connect(bouncer().url());
                LockClient lent = clients.using(pool())) {
            assertThat(sessions()).containsOnly("0, none, none, on");
            for (LockClient client : List.of(own, lent)) {
                for (int i = 0; i < 10; i++) {
                    Bench.hold(client, "job").close();
                    client.lockAll(List.of("a", "b")).tryAcquire().orElseThrow().close();
                }
            }
            assertThat(sessions()).containsOnly("0, none, none, on");
        }
        assertThat(sessions()).containsOnly("0, none, none, on");
    }

    /** What all sessions of the pooler have: each is kept in a transaction until the last is there. */
    private static List<String> sessions() throws SQLException {
        List<Connection> open = new ArrayList<>();
        List<String> states = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                Connection connection = DriverManager.getConnection(bouncer().url() + "&prepareThreshold=0");
                open.add(connection);
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery("SELECT current_setting('lock_timeout') || ', '"
                                + " || coalesce((SELECT string_agg(c, ' ') FROM pg_listening_channels() AS c), 'none') || ', '"
                                + " || coalesce((SELECT string_agg(name, ' ') FROM pg_prepared_statements), 'none') || ', '"
                                + " || current_setting('synchronous_commit')")) {
                    rows.next();
                    states.add(rows.getString(1));
                }
            }
        } finally {
            for (Connection connection : open) {
                connection.close();
            }
        }
        return states;
    }

    @Test
    void lockInRowMode_keepsItsSession_andIsFreeWhenItsClientEnds() {
        LockClient holder = clients.connect(bouncer().url(), "pawl.jdbc.mode=row");
        LockClient other = clients.connect(bouncer().url(), "pawl.jdbc.mode=row");
        Lease lease = Bench.hold(holder, "job");
        assertThat(other.lock("job").tryAcquire()).isEmpty();
        assertThat(lease.isValid()).isTrue();
        lease.close();
        Bench.hold(other, "job").close();
    }
}
