package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LossReason;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.curator.framework.CuratorFramework;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** A hold that is over is known to be, however it ended. */
@Timeout(60)
class LossTest {

    private TestServer server;
    private SlowLink link;
    private LockClient other;
    private String name;

    @BeforeEach
    void start(TestInfo test) {
        server = TestServer.start();
        link = new SlowLink(server.port(), Duration.ZERO);
        other = LockClient.connect(server.url());
        name = test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void stop() {
        other.close();
        link.close();
        server.close();
    }

    private String parent() {
        return "/pawl/" + name;
    }

    // --- the end of the session --------------------------------------------------------------------------------

    @Test
    void clientThatItsOwnerCloses_losesItsHoldsBeforeAnotherIsGranted() throws InterruptedException {
        CuratorFramework client = server.client();
        LockClient locks = LockClient.using(ZooKeeperBackend.create(client));
        Queue<LeaseLostEvent> losses = new ConcurrentLinkedQueue<>();
        Lease lease = locks.lock(name).acquire();
        lease.onLost(losses::add);
        CompletableFuture<Boolean> overlap = other.lock(name).acquireAsync().thenApply(next -> lease.isValid());
        await().until(() -> server.children(parent()).size() == 2);

        client.close();

        assertThat(Player.get(overlap)).isFalse();
        await().untilAsserted(() ->
                assertThat(losses).extracting(LeaseLostEvent::reason).containsExactly(LossReason.SESSION_LOST));
        locks.close();
    }

    /** No watch of this session stands then, so nothing but the client's own news of its connection tells of it. */
    @Test
    void sessionThatExpires_afterItsWatchHasFired_losesTheHold() {
        try (CuratorFramework client = server.client()) {
            Player holder = new Player(ZooKeeperBackend.create(client), name);
            holder.wins();
            String node = parent() + "/" + server.children(parent()).get(0);
            var unused = other.lock(name).acquireAsync();
            // The waiter's two.
            await().until(() -> server.children(parent()).size() == 2 && server.watches() == 2);

            server.expire(server.ownerOf(node));

            await().untilAsserted(() -> assertThat(holder.losses()).containsExactly(LossReason.SESSION_LOST));
        }
    }
}
