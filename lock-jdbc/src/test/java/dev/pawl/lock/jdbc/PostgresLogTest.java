package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.MultiLease;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Claim;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.Job;
import dev.pawl.lock.testservers.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An operator reads the server's log: what is ordinary for Pawl does not stand in it as an error. */
@Timeout(120)
@Full
final class PostgresLogTest {

    private static final int CLIENTS = 8;

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();
    private final Bench bench = new Bench(new PostgresFixture(), "log");

    @BeforeEach
    void heal() {
        server.heal();
        server.clearLog();
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
        clients.close();
    }

    private List<LockClient> eight() {
        LockOptions brief =
                LockOptions.builder().leaseTime(Duration.ofSeconds(1)).build();
        return IntStream.range(0, CLIENTS)
                .mapToObj(i -> clients.connect(brief, server.url()))
                .toList();
    }

    /** Everybody does the same at the same time. */
    private void together(List<LockClient> all, Bench.ThrowingAction[] actions) {
        CountDownLatch start = new CountDownLatch(1);
        List<Job<Boolean>> jobs = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Bench.ThrowingAction action = actions[i];
            jobs.add(bench.start(() -> {
                start.await();
                action.run();
                return true;
            }));
        }
        start.countDown();
        jobs.forEach(Job::get);
    }

    @Test
    void clientsThatStartTogetherOnAnEmptyDatabase_logNothing() throws Exception {
        for (int round = 0; round < 5; round++) {
            server.heal();
            server.clearLog();
            CountDownLatch start = new CountDownLatch(1);
            List<Job<LockClient>> jobs = IntStream.range(0, CLIENTS)
                    .mapToObj(i -> bench.start(() -> {
                        start.await();
                        return clients.connect(server.url());
                    }))
                    .toList();
            start.countDown();
            jobs.forEach(job -> Bench.hold(job.get(), bench.name()).close());
            assertThat(server.log()).isEmpty();
            // Or they would look for the table that the next round drops.
            clients.close();
        }
    }

    @Test
    void raceForNamesThatNobodyHasHadYet_logsNothing() {
        List<LockClient> all = eight();
        for (int round = 0; round < 60; round++) {
            String name = bench.name();
            Bench.ThrowingAction[] actions = all.stream()
                    .map(client -> (Bench.ThrowingAction) () -> client.lock(name)
                            .tryAcquire(Duration.ofSeconds(10))
                            .orElseThrow()
                            .close())
                    .toArray(Bench.ThrowingAction[]::new);
            together(all, actions);
        }
        assertThat(server.log()).isEmpty();
    }

    @Test
    void contentionForFewNames_logsNothing() {
        SqlLoad load = new SqlLoad(bench, eight(), List.of(bench.name(), bench.name(), bench.name()));
        SqlClients.pass(Duration.ofSeconds(3));
        load.end(bench, bench.ioBound());
        assertThat(load.faults()).isEmpty();
        assertThat(server.log()).isEmpty();
    }

    @Test
    void locksOfSeveralNames_beingAskedForInEveryOrder_logNothing() {
        List<LockClient> all = eight();
        List<String> names = List.of(bench.name(), bench.name(), bench.name(), bench.name());
        List<Claim> claims = new CopyOnWriteArrayList<>();
        Bench.ThrowingAction[] actions = IntStream.range(0, CLIENTS)
                .mapToObj(i -> (Bench.ThrowingAction) () -> {
                    for (int round = 0; round < 15; round++) {
                        List<String> some = new ArrayList<>(names);
                        Collections.rotate(some, i);
                        List<String> three = some.subList(0, 3);
                        long invoked = System.nanoTime();
                        try (MultiLease lease = all.get(i).lockAll(three).acquire(Duration.ofSeconds(30))) {
                            long acquired = System.nanoTime();
                            FencingToken token = lease.tokens().get(names.get(0));
                            if (token != null) {
                                claims.add(new Claim(token.value(), invoked, acquired, System.nanoTime()));
                            }
                        }
                    }
                })
                .toArray(Bench.ThrowingAction[]::new);
        together(all, actions);
        Claim.assertOneAtATime(claims);
        Claim.assertTokensOnlyGoUp(claims);
        assertThat(server.log()).isEmpty();
    }

    @Test
    void renewalsThatMeet_logNothing() {
        List<Lease> leases = new ArrayList<>();
        for (LockClient client : eight()) {
            for (int i = 0; i < 50; i++) {
                leases.add(Bench.hold(client, bench.name()));
            }
        }
        SqlClients.pass(Duration.ofSeconds(3));
        assertThat(leases).allMatch(Lease::isValid);
        leases.forEach(Lease::close);
        assertThat(server.log()).isEmpty();
    }
}
