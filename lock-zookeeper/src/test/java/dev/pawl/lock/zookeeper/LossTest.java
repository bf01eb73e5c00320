package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.BackendFault;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.testkit.Player;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.ZKUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** A hold that is over is known to be, however it ended. */
@Timeout(180)
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

    // --- what a release says -----------------------------------------------------------------------------------

    @Test
    void releaseOfANodeThatWasDeletedByHand_saysThatItWasNotHeld() {
        try (LockBackend backend = connect(server.url())) {
            Player holder = new Player(backend, name);
            Grant grant = holder.wins();
            String node = parent() + "/" + nodeOf(holder);
            server.ask(handle -> {
                handle.delete(node, -1);
                return true;
            });
            assertThat(holder.releases(grant)).isEqualTo(ReleaseOutcome.NOT_HELD);
        }
    }

    @Test
    void releaseAfterTheSessionHasEnded_saysThatItWasNotHeld() {
        try (LockBackend backend = connect(server.url())) {
            Player holder = new Player(backend, name);
            Grant grant = holder.wins();
            server.expire(server.ownerOf(parent() + "/" + nodeOf(holder)));
            await().until(() -> holder.losses().contains(LossReason.SESSION_LOST));
            assertThat(holder.releases(grant)).isEqualTo(ReleaseOutcome.NOT_HELD);
        }
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

    /** What the engine does when it is told of the loss is not what this is about: the contest goes on. */
    @Test
    void placeOfASessionThatIsOver_isNotCountedOn() {
        try (LockBackend backend = connect(server.url());
                LockBackend holding = connect(server.url())) {
            Player holder = new Player(holding, name);
            Grant grant = holder.wins();
            Player waiter = new Player(backend, name);
            waiter.isBusy(true);
            long session = server.ownerOf(parent() + "/" + nodeOf(waiter));
            server.expire(session);
            await().until(() -> waiter.losses().contains(LossReason.SESSION_LOST));
            holder.releases(grant);
            waiter.wins();
            assertThat(server.ownerOf(parent() + "/" + nodeOf(waiter))).isNotEqualTo(session);
        }
    }

    private String nodeOf(Player player) {
        return server.children(parent()).stream()
                .filter(child -> child.startsWith(player.owner()))
                .findFirst()
                .orElseThrow();
    }

    /** A server whose configuration has changed, or another that has another one. */
    @Test
    void sessionThatIsGrantedLessTimeAtAReconnect_losesTheHoldsThatWerePromisedMore() throws InterruptedException {
        Duration shorter = Duration.ofSeconds(1);
        try (LockClient client = LockClient.connect(server.url())) {
            Queue<LeaseLostEvent> losses = new ConcurrentLinkedQueue<>();
            Lease lease = client.lock(name).acquire();
            lease.onLost(losses::add);

            server.restart(shorter);

            await().untilAsserted(() ->
                    assertThat(losses).extracting(LeaseLostEvent::reason).containsExactly(LossReason.SESSION_LOST));
            await().until(() -> server.children(parent()).isEmpty());
            try (Lease next = client.lock(name).acquire()) {
                assertThat(next.remaining()).isLessThanOrEqualTo(shorter);
            }
        }
    }

    /** Moving up takes no request, so what the service knows of the session is as old as its last answer. */
    @Test
    void holdThatMovedUp_lastsFromTheLastAnswerBefore() {
        try (LockBackend backend = connect(server.url());
                LockBackend holding = connect(server.url())) {
            Player holder = new Player(holding, name);
            Grant grant = holder.wins();
            Player waiter = new Player(backend, name);
            waiter.isBusy(true);
            long answered = System.nanoTime();
            await().until(() -> System.nanoTime() - answered > TestServer.SESSION.toNanos() / 5);
            holder.releases(grant);
            await().until(() -> waiter.wakes() > 0);
            Duration age = Duration.ofNanos(System.nanoTime() - answered);
            assertThat(waiter.wins().validFor()).isLessThan(TestServer.SESSION.minus(age));
        }
    }

    // --- a node that somebody else deleted ---------------------------------------------------------------------

    private static LockBackend connect(String url) {
        return ZooKeeperBackendTest.connect(url);
    }

    /** The watch of the children comes back as the end of their parent. */
    @Test
    void nodeThatIsDeletedWithItsParent_whileItsHolderIsAway_isNoticedAtTheNextRenewal() {
        try (LockBackend backend = connect(link.url())) {
            Player holder = new Player(backend, name);
            Grant grant = holder.wins();
            link.sever();
            server.ask(handle -> ZKUtil.deleteRecursive(handle, parent(), 10));
            link.mend();
            assertThat(await().ignoreException(BackendFault.class).until(() -> holder.renews(grant), outcome -> true))
                    .isEqualTo(RenewalOutcome.NOT_HELD);
        }
    }

    @Test
    void readingThatComesTooLate_isAskedForAgain() {
        try (LockBackend backend = connect(link.url() + "&timeout=300ms")) {
            Player holder = new Player(backend, name);
            Grant grant = holder.wins();
            server.ask(handle -> {
                for (String child : handle.getChildren(parent(), false)) {
                    handle.delete(parent() + "/" + child, -1);
                }
                return true;
            });
            link.stall();
            assertThatThrownBy(() -> holder.renews(grant)).isInstanceOf(BackendFault.class);
            link.flow();
            // Behind it in the same session: by then the late reading has come.
            new Player(backend, name + "-behind").wins();
            assertThat(holder.renews(grant)).isEqualTo(RenewalOutcome.NOT_HELD);
        }
    }
}
