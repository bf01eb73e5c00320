package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Found by the fault harness (invariant 2 on postgres-row): a hold that ended with its connection is handed on in its process. */
@Timeout(180)
final class PostgresRowHandOffTest {

    private final PostgresRowFixture fixture = new PostgresRowFixture();
    private final Bench bench = new Bench(fixture, "row-hand-off");

    @BeforeEach
    void heal() {
        fixture.heal();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void aHoldWhoseConnectionBroke_isNotHandedOnBelowItsSuccessorsToken() throws Exception {
        String name = bench.name();
        LockClient losing = bench.client();
        // A chain that outlasts what the test does meanwhile; under faults the usual 100 ms were enough.
        DistributedLock lock = losing.lock(
                name,
                Bench.options().toBuilder().handOff(64, Duration.ofSeconds(10)).build());
        LockClient other = bench.newClient();
        Lease first = Bench.hold(other, name);
        // The first asks for itself alone; the grant to the second brings tokens for those behind it.
        List<CompletableFuture<Lease>> waiting = List.of(lock.acquireAsync(), lock.acquireAsync(), lock.acquireAsync());
        first.close();
        Bench.get(waiting.get(0)).close();
        Lease held = Bench.get(waiting.get(1));
        PostgresServer.shared().cutConnections();
        // One that had no connection to lose.
        LockClient another = bench.newClient();
        try (Lease successor = Bench.get(another.lock(name, Bench.options()).acquireAsync())) {
            CompletableFuture<Lease> later = lock.acquireAsync();
            held.releaseAsync();
            waiting.get(2).thenAccept(Lease::releaseAsync);
            successor.releaseAsync();
            assertThat(Bench.get(later).token().value())
                    .isGreaterThan(successor.token().value());
        }
    }
}
