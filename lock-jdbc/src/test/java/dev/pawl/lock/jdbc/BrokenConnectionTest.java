package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of a connection when its server has died. */
@Timeout(120)
@Full
final class BrokenConnectionTest {

    /** At once one after the other: the pool tests no connection that was used within half a second. */
    private static final int REQUESTS = 20;

    private static final Duration AWAY = Duration.ofSeconds(6);

    private final AtomicBoolean restarted = new AtomicBoolean();
    private final SqlClients clients = new SqlClients();

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    @ParameterizedTest
    @EnumSource
    void connectionThatBroke_isNotLentOnWhileRequestsFollowEachOther(TestedDatabase database) {
        SqlServer server = database.healed();
        LockClient client = clients.connect(server.url(), "pawl.jdbc.pool-size=1");
        assertThat(isAnswered(client)).isTrue();
        CompletableFuture<Integer> failedAfterwards = CompletableFuture.supplyAsync(() -> {
            while (!restarted.get()) {
                isAnswered(client);
            }
            int failed = 0;
            for (int request = 0; request < REQUESTS; request++) {
                failed += isAnswered(client) ? 0 : 1;
            }
            return failed;
        });
        server.kill();
        server.restart(true);
        restarted.set(true);
        assertThat(failedAfterwards.join()).as("failed requests of " + REQUESTS).isLessThanOrEqualTo(1);
    }

    /** The pool of connections rests up to five seconds after failures that follow each other. */
    @Test
    void databaseThatWasAwayForLong_isFoundAgainWithinTwoSeconds() {
        SqlServer server = TestedDatabase.POSTGRESQL.healed();
        LockClient client = clients.connect(server.url(), "pawl.jdbc.pool-size=1");
        assertThat(isAnswered(client)).isTrue();
        server.kill();
        Bench.await("the pool has failed for long")
                .atMost(AWAY.multipliedBy(4))
                .pollInterval(Duration.ofMillis(20))
                .during(AWAY)
                .until(() -> !isAnswered(client));
        server.restart(true);
        assertThat(Bench.timed(() -> Bench.await("an answer").until(() -> isAnswered(client))))
                .isLessThan(Duration.ofSeconds(2));
    }

    private static boolean isAnswered(LockClient client) {
        try {
            client.lock("job").tryAcquire().ifPresent(Lease::close);
            return true;
        } catch (LockBackendException e) {
            return false;
        }
    }
}
