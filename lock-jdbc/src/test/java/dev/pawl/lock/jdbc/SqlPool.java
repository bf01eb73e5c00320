package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections and statements do not grow with what is held and waited for. */
@Timeout(180)
abstract class SqlPool {

    private static final int POOL = 4;
    private static final int HELD = 1_000;
    private static final int WAITING = 200;
    private static final int IDLE_CLIENTS = 32;
    private static final Duration WATCHED = Duration.ofSeconds(6);

    final SqlFixture fixture;
    final SqlClients clients = new SqlClients();
    private final Bench bench;

    SqlPool(SqlFixture fixture) {
        this.fixture = fixture;
        bench = new Bench(fixture, "pool");
    }

    @BeforeEach
    void heal() {
        fixture.heal();
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
        clients.close();
    }

    /** How many connections a client needs beside its pool. */
    abstract int listeners();

    /** A client, the statements of which are counted. */
    abstract LockClient counted(String... settings);

    /** How many statements those have sent so far. */
    abstract long statements();

    /** How long it takes until a waiter has come to rest. */
    abstract Duration untilQuiet();

    private LockClient ofFour() {
        return clients.connect(fixture.url().orElseThrow(), "pawl.jdbc.pool-size=" + POOL, "pawl.jdbc.io-timeout=5s");
    }

    @Test
    void aPoolOfFour_servesTwoHundredWaitersBesideAThousandHolds() {
        LockClient other = ofFour();
        LockClient client = ofFour();
        List<String> wanted = Stream.generate(bench::name).limit(WAITING).toList();
        List<Lease> others = all(other, wanted);
        List<Lease> held = all(client, Stream.generate(bench::name).limit(HELD).toList());
        AtomicInteger most = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        Job<Boolean> census = bench.start(() -> {
            while (done.get() == 0) {
                most.accumulateAndGet(fixture.server().connections(), Math::max);
            }
            return true;
        });
        List<Job<Boolean>> waiters = wanted.stream()
                .map(name -> bench.start(() -> {
                    try (Lease lease = client.lock(name).acquire()) {
                        return lease.isValid();
                    }
                }))
                .toList();
        waiters.forEach(Job::awaitWaiting);
        others.stream().map(Lease::releaseAsync).toList().forEach(Bench::get);
        waiters.forEach(waiter -> assertThat(waiter.get()).isTrue());
        done.set(1);
        census.get();
        assertThat(held).allMatch(Lease::isValid);
        held.stream().map(Lease::releaseAsync).toList().forEach(Bench::get);
        assertThat(most).as("connections of two clients").hasValueLessThanOrEqualTo(2 * (POOL + listeners()));
        wanted.stream().limit(10).forEach(bench::assertNothingLeft);
    }

    private static List<Lease> all(LockClient client, List<String> names) {
        List<CompletableFuture<Lease>> requests =
                names.stream().map(name -> client.lock(name).acquireAsync()).toList();
        return requests.stream().map(Bench::get).toList();
    }

    @Test
    void thirtyTwoClientsAtOneHeldLock_askOnceASecondEach() {
        String name = bench.name();
        Lease lease = Bench.hold(clients.connect(fixture.url().orElseThrow()), name);
        List<CompletableFuture<Lease>> waiters = new ArrayList<>();
        for (int i = 0; i < IDLE_CLIENTS; i++) {
            waiters.add(counted("pawl.jdbc.pool-size=1", "pawl.jdbc.io-timeout=5s")
                    .lock(name)
                    .acquireAsync());
        }
        SqlClients.pass(untilQuiet());
        long start = System.nanoTime();
        long sent = -statements();
        SqlClients.pass(WATCHED);
        sent += statements();
        long seconds = (System.nanoTime() - start) / 1_000_000_000 + 1;
        assertThat(sent)
                .as("statements of %s clients in %s s", IDLE_CLIENTS, seconds)
                .isPositive()
                .isLessThanOrEqualTo(IDLE_CLIENTS * seconds);
        List<CompletableFuture<Void>> ends = waiters.stream()
                .map(waiter -> waiter.thenCompose(Lease::releaseAsync))
                .toList();
        lease.close();
        ends.forEach(Bench::get);
        bench.assertNothingLeft(name);
    }
}
