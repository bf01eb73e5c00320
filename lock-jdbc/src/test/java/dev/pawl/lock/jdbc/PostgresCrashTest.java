package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.Job;
import dev.pawl.lock.testservers.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server is killed as {@code kill -9} does, and started again. */
@Timeout(180)
@Full
final class PostgresCrashTest {

    /** To notice that the server is back. */
    private static final Duration SOON = Duration.ofSeconds(8);

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();
    private final Bench bench = new Bench(new PostgresFixture(), "crash");

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

    @Test
    void leaseHeldOverACrash_isStillAlone_andReleased() {
        String name = bench.name();
        Lease lease = Bench.hold(clients.connect(server.url()), name);
        server.kill();
        server.restart(true);
        assertThat(clients.connect(server.url()).lock(name).tryAcquire()).isEmpty();
        lease.close();
        bench.assertNothingLeft(name, SOON);
    }

    @Test
    void leaseOfARoleWithoutSynchronousCommits_isStillAloneAfterACrash() {
        server.ask(admin -> admin.createStatement().execute("ALTER ROLE pawl SET synchronous_commit = off"));
        String name = bench.name();
        Lease lease = Bench.hold(clients.connect(server.url()), name);
        server.kill();
        server.restart(true);
        assertThat(clients.connect(server.url()).lock(name).tryAcquire()).isEmpty();
        lease.close();
        bench.assertNothingLeft(name, SOON);
    }

    /** PostgreSQL may forget them, as their commits do not wait for its disk. Their leases had 30 s to go. */
    @Test
    void releasesConfirmedJustBeforeACrash_holdUpNobody() {
        LockClient client = clients.connect(server.url());
        List<String> names = Stream.generate(bench::name).limit(50).toList();
        List<Lease> leases = new ArrayList<>();
        names.forEach(name -> leases.add(Bench.hold(client, name)));
        leases.forEach(Lease::close);
        server.kill();
        server.restart(true);
        names.forEach(name -> bench.assertNothingLeft(name, SOON));
    }

    @Test
    void waiterOverACrash_isServedOrToldOfTheFault() {
        String name = bench.name();
        Lease lease = Bench.hold(clients.connect(server.url()), name);
        LockClient waiting = clients.connect(server.url());
        Job<Boolean> waiter = bench.start(() -> {
                    try (Lease served = waiting.lock(name).acquire()) {
                        return served.isValid();
                    } catch (LockBackendException e) {
                        return false;
                    }
                })
                .awaitWaiting();
        server.kill();
        server.restart(true);
        lease.close();
        assertThat(waiter.get()).isNotNull();
        bench.assertNothingLeft(name, SOON);
    }

    @Test
    void crashesUnderLoad_costFaultsOnly() {
        List<LockClient> four =
                Stream.generate(() -> clients.connect(server.url())).limit(4).toList();
        SqlLoad load = new SqlLoad(bench, four, List.of(bench.name(), bench.name(), bench.name()));
        for (int i = 0; i < 3; i++) {
            SqlClients.pass(Duration.ofSeconds(2));
            server.kill();
            server.restart(true);
        }
        SqlClients.pass(Duration.ofSeconds(2));
        load.end(bench, SOON);
        assertThat(load.faults()).isNotEmpty();
    }
}
