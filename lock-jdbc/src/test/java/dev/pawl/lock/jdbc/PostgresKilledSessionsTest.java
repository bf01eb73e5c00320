package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.Job;
import dev.pawl.lock.testservers.PostgresServer;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/** An operator, or a failover, ends sessions at any instant. {@code -Dpawl.kills.seconds=60} makes it last longer. */
@Timeout(300)
@Full
final class PostgresKilledSessionsTest {

    private static final Duration KILLS = Duration.ofSeconds(Long.getLong("pawl.kills.seconds", 20));

    /** After this the pool looks whether a connection lives; before, whoever uses it hears that it does not. */
    private static final Duration IDLE = Duration.ofMillis(800);

    /** Sessions of the waiter that have been answered. */
    private static final String ASKED = "application_name = 'waiter' AND state = 'idle' AND query LIKE '%pawl_lock%'";

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();
    private final Bench bench = new Bench(new PostgresFixture(), "killed");

    @BeforeEach
    void heal() {
        server.heal();
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
        clients.close();
    }

    @Test
    void killedSessionsOfAHolder_leaveItsLock() {
        String name = bench.name();
        LockClient holder = client("holder");
        LockClient other = client("other");
        Lease lease = Bench.hold(
                holder,
                name,
                LockOptions.builder().leaseTime(Duration.ofSeconds(3)).build());
        for (int i = 0; i < 6; i++) {
            assertThat(kill("application_name = 'holder'"))
                    .as("sessions killed")
                    .isPositive();
            SqlClients.pass(IDLE);
            assertThat(other.lock(name).tryAcquire()).isEmpty();
            lease.ensureValid();
        }
        lease.close();
        bench.assertNothingLeft(name);
    }

    @Test
    void killedSessionsOfAWaiter_leaveItsPlace() {
        String name = bench.name();
        Lease lease = Bench.hold(client("holder"), name);
        LockClient waiting = client("waiter");
        Job<Long> waiter = bench.start(() -> {
                    try (Lease served = waiting.lock(name).acquire()) {
                        return served.token().value();
                    }
                })
                .awaitWaiting();
        for (int i = 0; i < 3; i++) {
            SqlClients.pass(IDLE);
            assertThat(kill("application_name = 'waiter'"))
                    .as("sessions killed")
                    .isPositive();
            // A wait ends with a fault that lasts; on a busy machine new sessions take their time.
            Bench.await("the waiter asks again").until(() -> count(ASKED) > 0);
        }
        SqlClients.pass(IDLE);
        if (waiter.isDone()) {
            // Says why, if it failed.
            throw new AssertionError("served beside its holder, with token " + waiter.get());
        }
        lease.close();
        assertThat(waiter.get()).isGreaterThan(lease.token().value());
        bench.assertNothingLeft(name);
    }

    @Test
    void sessionsKilledAtRandom_costFaultsOnly(TestReporter report) {
        List<LockClient> four =
                IntStream.range(0, 4).mapToObj(i -> client("load-" + i)).toList();
        List<String> names = List.of(bench.name(), bench.name(), bench.name());
        SqlLoad load = new SqlLoad(bench, four, names);
        int killed = 0;
        long end = System.nanoTime() + KILLS.toNanos();
        while (System.nanoTime() - end < 0) {
            killed += kill("application_name LIKE 'load-%' ORDER BY random() LIMIT 1");
            SqlClients.pass(Duration.ofMillis(ThreadLocalRandom.current().nextLong(150)));
        }
        // Whose connections these were hears of it while faults are still borne.
        SqlClients.pass(IDLE);
        load.end(bench, bench.ioBound());
        assertThat(killed).isGreaterThan(20);
        report.publishEntry(
                "sessions killed",
                killed + "; " + load.claims() + " claims; " + load.faults().size() + " faults");
    }

    private LockClient client(String application) {
        return clients.connect(server.url() + "&ApplicationName=" + application);
    }

    private int kill(String whom) {
        return number("SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity WHERE " + whom
                + ") AS chosen");
    }

    private int count(String sessions) {
        return number("SELECT count(*) FROM pg_stat_activity WHERE " + sessions);
    }

    private int number(String query) {
        return server.ask(admin -> {
            try (Statement statement = admin.createStatement();
                    ResultSet answer = statement.executeQuery(query)) {
                answer.next();
                return answer.getInt(1);
            }
        });
    }
}
