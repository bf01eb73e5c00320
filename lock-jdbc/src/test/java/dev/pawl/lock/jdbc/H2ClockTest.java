package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.H2Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A session of H2 has a time zone: it is the instants that count. */
@Timeout(120)
final class H2ClockTest {

    private final H2Server server = H2Server.shared();
    private final SqlClients clients = new SqlClients();

    @BeforeEach
    void heal() {
        server.heal();
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    private List<LockClient> aroundTheWorld() {
        return Stream.of("Asia/Tokyo", "UTC", "America/New_York")
                .map(zone -> clients.connect(server.url() + ";TIME ZONE=" + zone))
                .toList();
    }

    @Test
    void clientsInDifferentTimeZones_findABusyLockBusy() {
        List<LockClient> world = aroundTheWorld();
        for (LockClient holder : world) {
            Lease held = Bench.hold(holder, "job");
            for (LockClient other : world) {
                assertThat(other.lock("job").tryAcquire()).isEmpty();
            }
            held.close();
        }
    }

    @Test
    void clientsInDifferentTimeZones_getTokensThatGoUp_evenWhenTheRowWasLost() {
        List<FencingToken> tokens = new ArrayList<>();
        for (LockClient client : aroundTheWorld()) {
            try (Lease lease = Bench.hold(client, "job")) {
                tokens.add(lease.token());
            }
            server.ask(admin -> admin.createStatement().execute("DELETE FROM pawl_lock"));
        }
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aLeaseThatEnds_endsForClientsInAllTimeZones() {
        List<LockClient> world = aroundTheWorld();
        for (LockClient holder : world) {
            assertThat(holder.lock("job", Bench.unrenewed(Duration.ofMillis(300)))
                            .tryAcquire())
                    .isPresent();
            Bench.await("the end of the lease")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> world.get(0)
                            .lock("job")
                            .tryAcquire()
                            .map(lease -> {
                                lease.close();
                                return true;
                            })
                            .orElse(false));
        }
    }
}
