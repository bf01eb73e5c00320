package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.TokenBlock;
import dev.pawl.lock.testkit.Player;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.imps.CuratorFrameworkState;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** What the recipe leaves at the service, what it costs there, and where its tokens come from. */
@Timeout(180)
class ZooKeeperBackendTest {

    private static TestServer server;

    private LockBackend backend;
    private String name;

    @BeforeAll
    static void startServer() {
        server = TestServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void connect(TestInfo test) {
        name = test.getTestMethod().orElseThrow().getName();
        backend = connect(server.url());
    }

    @AfterEach
    void close() {
        backend.close();
    }

    static LockBackend connect(String url) {
        return new ZooKeeperBackendProvider().create(new BackendSettings(url, null, null, "pawl", Map.of()));
    }

    private String parent() {
        return "/pawl/" + name;
    }

    private Player player() {
        return new Player(backend, name);
    }

    // --- data --------------------------------------------------------------------------------------------------

    @Test
    void hold_isOneEphemeralNodeOfItsOwner_underAContainer() {
        Player player = player();
        player.wins();
        assertThat(server.children(parent())).hasSize(1).allMatch(child -> child.matches(player.owner() + "-\\d{10}"));
        String node = parent() + "/" + server.children(parent()).get(0);
        assertThat(server.ownerOf(node)).isPositive();
        // The mark of a container.
        assertThat(server.ownerOf(parent())).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void release_deletesTheNode_andIsIdempotent() {
        Player player = player();
        Grant grant = player.wins();
        assertThat(player.releases(grant)).isEqualTo(ReleaseOutcome.RELEASED);
        assertThat(server.children(parent())).isEmpty();
        assertThat(player.releases(grant)).isEqualTo(ReleaseOutcome.RELEASED);
    }

    @Test
    void tokens_areTheNumberOfTheWriteThatMadeTheNode() {
        Player player = player();
        Grant grant = player.wins();
        long czxid = server.node(parent() + "/" + server.children(parent()).get(0))
                .stat
                .getCzxid();
        assertThat(grant.firstToken()).isEqualTo(czxid << 10);
        assertThat(grant.tokens()).isEqualTo(Player.TOKENS);
    }

    @Test
    void tokens_goOnUpWhenTheParentIsReaped_whereTheSequenceBeginsAgain() {
        List<Long> tokens = new ArrayList<>();
        List<String> sequence = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 3; j++) {
                Player player = player();
                Grant grant = player.wins();
                tokens.add(grant.firstToken());
                sequence.add(server.children(parent()).get(0).replaceFirst(".*-", ""));
                player.releases(grant);
            }
            server.reapContainers();
            await().until(() -> server.server().getZKDatabase().getDataTree().getNode(parent()) == null);
        }
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
        assertThat(sequence).filteredOn("0000000000"::equals).hasSize(4);
    }

    @Test
    void tokens_goOnUpThroughARestartOfTheServer_andTheHoldSurvivesIt() {
        Player player = player();
        Grant grant = player.wins();
        server.restart();
        await().atMost(Duration.ofSeconds(4))
                .ignoreExceptions()
                .until(() -> player.renews(grant) == RenewalOutcome.RENEWED);
        assertThat(player.releases(grant)).isEqualTo(ReleaseOutcome.RELEASED);
        assertThat(player().wins().firstToken()).isGreaterThan(grant.firstToken() + 1023);
    }

    private TokenBlock extension(Grant grant) {
        return Player.get(backend.extend(grant, 65, Runnable::run)).orElseThrow();
    }

    /** Takes the rest of a block, of which there is a next one only once another write was answered. */
    private long restOfBlock(Grant grant, long first) {
        long next = first;
        long end = (((first >> 10) + 1) << 10) - 1;
        while (next < end) {
            TokenBlock more = extension(grant);
            assertThat(more.first()).isEqualTo(next);
            next += more.count();
        }
        return next;
    }

    @Test
    void extension_givesTheRestOfTheBlock_andThenTheBlockOfAnotherWrite_forTwoRequestsInAll() {
        Grant grant = player().wins();
        String node = parent() + "/" + server.children(parent()).get(0);
        long packets = server.packets();

        long next = restOfBlock(grant, grant.firstToken() + Player.TOKENS);

        assertThat(next).isEqualTo(grant.firstToken() + 1023);
        await().until(() -> server.node(node).stat.getVersion() == 1);
        long write = server.node(node).stat.getMzxid();
        await().until(() -> Player.get(backend.extend(grant, 1, Runnable::run))
                .filter(more -> more.first() == write << 10)
                .isPresent());
        // A ping may come in between.
        assertThat(server.packets() - packets).isBetween(2L, 3L);
        assertThat(server.children(parent())).hasSize(1);
    }

    @Test
    void tokensOfAnotherWrite_areBelowThoseOfWhoeverComesLater() {
        Player holder = player();
        Grant grant = holder.wins();
        long last = 0;
        for (int blocks = 0; blocks < 5; blocks++) {
            await().until(() ->
                    Player.get(backend.extend(grant, 65, Runnable::run)).isPresent());
            last = restOfBlock(grant, extension(grant).first() + 65);
        }
        holder.releases(grant);
        assertThat(last).isGreaterThan(grant.firstToken() + 4 * 1024);
        assertThat(player().wins().firstToken()).isGreaterThanOrEqualTo(last);
    }

    /** Who came just before that write has a smaller number than it, and is the next holder. */
    @Test
    void writeAfterWhichAnotherStandsInTheLine_givesNoTokens() throws Exception {
        try (CuratorFramework client = server.client()) {
            backend.close();
            backend = ZooKeeperBackend.create(client);
            Grant grant = player().wins();
            String node = parent() + "/" + server.children(parent()).get(0);
            CountDownLatch hears = new CountDownLatch(1);
            client.getZookeeperClient().getZooKeeper().sync("/", (rc, path, context) -> waitFor(hears), null);
            try (LockBackend another = connect(server.url())) {
                Player waiter = new Player(another, name);
                waiter.isBusy(true);
                // It has not heard of the waiter.
                long next = extension(grant).first() + 65;
                await().until(() -> server.node(node).stat.getVersion() == 1);
                hears.countDown();
                waiter.leaves();
                restOfBlock(grant, next);
            }
            await().until(() -> server.node(node).stat.getVersion() == 2);
            long secondWrite = server.node(node).stat.getMzxid();
            await().until(() -> Player.get(backend.extend(grant, 1, Runnable::run))
                    .filter(more -> more.first() == secondWrite << 10)
                    .isPresent());
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void extension_isRefusedWhenAnotherWaits() {
        Grant grant = player().wins();
        Player waiter = player();
        waiter.isBusy(true);
        assertThat(Player.get(backend.extend(grant, 10, Runnable::run))).isEmpty();
        waiter.leaves();
        assertThat(Player.get(backend.extend(grant, 10, Runnable::run))).isPresent();
    }

    // --- the line ----------------------------------------------------------------------------------------------

    @Test
    void waiters_areServedInTheirOrder_andEachReleaseWakesOne() {
        Player holder = player();
        Grant grant = holder.wins();
        List<Player> waiters = IntStream.range(0, 5).mapToObj(i -> player()).toList();
        waiters.forEach(waiter -> waiter.isBusy(true));
        assertThat(waiters).allMatch(waiter -> waiter.wakes() == 0);
        for (int i = 0; i < 5; i++) {
            holder.releases(grant);
            Player next = waiters.get(i);
            await().until(() -> next.wakes() > 0);
            holder = next;
            grant = next.wins();
            assertThat(waiters.subList(i + 1, 5)).allMatch(waiter -> waiter.wakes() == 0);
        }
        holder.releases(grant);
        assertThat(server.children(parent())).isEmpty();
    }

    @Test
    void waiterThatLeaves_leavesNoNodeAndNoWatch_andTheNextWatchesWhoWasBefore() {
        Player holder = player();
        Grant grant = holder.wins();
        Player leaving = player();
        Player staying = player();
        leaving.isBusy(true);
        staying.isBusy(true);
        leaving.leaves();
        assertThat(server.children(parent())).hasSize(2);
        await().until(() -> staying.wakes() == 1);
        staying.isBusy(true);
        holder.releases(grant);
        await().until(() -> staying.wakes() == 2);
        staying.releases(staying.wins());
        await().untilAsserted(() -> assertThat(server.watches()).isZero());
    }

    @Test
    void manyThatGaveUpWaiting_leaveOneWatchOfTheHolderAtMost() {
        Player holder = player();
        Grant grant = holder.wins();
        for (int i = 0; i < 200; i++) {
            Player waiter = player();
            waiter.isBusy(true);
            waiter.leaves();
        }
        await().untilAsserted(() -> assertThat(server.watches()).isLessThanOrEqualTo(1));
        holder.releases(grant);
    }

    @Test
    void whoeverWouldNotWait_writesNothing() {
        player().wins();
        int sequence = server.node(parent()).stat.getCversion();
        player().isBusy(false);
        assertThat(server.node(parent()).stat.getCversion()).isEqualTo(sequence);
        assertThat(server.children(parent())).hasSize(1);
    }

    @Test
    void foreignNodesInTheLine_areWaitedFor() {
        Player player = player();
        player.releases(player.wins());
        server.ask(handle ->
                handle.create(parent() + "/somebody", new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        Player waiter = player();
        waiter.isBusy(true);
        server.ask(handle -> {
            handle.delete(parent() + "/somebody", -1);
            return true;
        });
        await().until(() -> waiter.wakes() > 0);
        waiter.releases(waiter.wins());
    }

    // --- the budget --------------------------------------------------------------------------------------------

    @Test
    void acquireAndRelease_areThreePackets() {
        Player warm = player();
        warm.releases(warm.wins());
        assertThat(server.packetsOf(() -> {
                    Player player = player();
                    player.releases(player.wins());
                }))
                .isEqualTo(3);
    }

    @Test
    void tryAcquireOfAHeldLock_isOnePacket() {
        player().wins();
        Player other = player();
        other.isBusy(false);
        assertThat(server.packetsOf(() -> other.isBusy(false))).isEqualTo(1);
    }

    @Test
    void waiterThatLooksAgain_doesNotReadTheNamesOfAllWhoWait() {
        try (SlowLink link = new SlowLink(server.port(), Duration.ZERO);
                LockBackend far = connect(link.url())) {
            player().wins();
            Player waiter = new Player(far, name);
            waiter.isBusy(true);
            server.ask(handle -> {
                for (int i = 0; i < 300; i++) {
                    handle.create(
                            parent() + "/somebody-",
                            new byte[0],
                            ZooDefs.Ids.OPEN_ACL_UNSAFE,
                            CreateMode.PERSISTENT_SEQUENTIAL);
                }
                return true;
            });
            long before = link.answered();
            waiter.isBusy(true);
            waiter.isBusy(true);
            // One name alone is some 20 bytes long, an answer without names some 100.
            assertThat(link.answered() - before).isLessThan(2_000);
        }
    }

    @Test
    void aWakeUp_isGrantedWithoutAnyPacket() {
        assertThat(IntStream.range(0, 3)
                        .mapToLong(i -> {
                            Player holder = player();
                            Player waiter = player();
                            Grant grant = holder.wins();
                            waiter.isBusy(true);
                            holder.releases(grant);
                            await().until(() -> waiter.wakes() > 0);
                            long before = server.packets();
                            Grant next = waiter.wins();
                            long packets = server.packets() - before;
                            waiter.releases(next);
                            return packets;
                        })
                        .min())
                .hasValue(0);
    }

    @Test
    void aThousandHolds_areKeptAliveByOnePacketAThirdOfTheSession() {
        try (LockClient client = LockClient.using(connect(server.url()))) {
            // A hundred at a time: a busy server takes longer than the I/O time limit for a thousand at once.
            List<Lease> leases = new ArrayList<>();
            for (int i = 0; i < 1_000; i += 100) {
                IntStream.range(i, i + 100)
                        .mapToObj(n -> client.lock(name + n).acquireAsync())
                        .toList()
                        .forEach(lease -> leases.add(Player.get(lease)));
            }
            // A hold whose acquisition took long is read once more with its first renewal.
            await().during(TestServer.SESSION.dividedBy(2))
                    .until(() -> leases.stream().allMatch(Lease::isValid));
            long before = server.packets();
            await().during(TestServer.SESSION.multipliedBy(2))
                    .atMost(TestServer.SESSION.multipliedBy(3))
                    .until(() -> leases.stream().allMatch(Lease::isValid));
            // Six or seven of its own, and as many pings of this client and of the other at the most.
            assertThat(server.packets() - before).isBetween(6L, 21L);
            leases.forEach(Lease::releaseAsync);
        }
    }

    // --- losing ------------------------------------------------------------------------------------------------

    @Test
    void holdWhoseNodeWasDeleted_isNotRenewed() {
        Player player = player();
        Grant grant = player.wins();
        assertThat(player.renews(grant)).isEqualTo(RenewalOutcome.RENEWED);
        deleteAllChildren();
        assertThat(player.renews(grant)).isEqualTo(RenewalOutcome.NOT_HELD);
    }

    @Test
    void holdWhoseNodeWasDeleted_whileAnotherWaits_isTaken() {
        Player player = player();
        Grant grant = player.wins();
        Player other = player();
        deleteAllChildren();
        other.wins();
        assertThat(player.renews(grant)).isEqualTo(RenewalOutcome.TAKEN);
    }

    @Test
    void waiterWhoseNodeWasDeleted_queuesAgain() {
        Player holder = player();
        Grant grant = holder.wins();
        Player waiter = player();
        waiter.isBusy(true);
        String lost = server.children(parent()).stream()
                .filter(child -> child.startsWith(waiter.owner()))
                .findFirst()
                .orElseThrow();
        server.ask(handle -> {
            handle.delete(parent() + "/" + lost, -1);
            return true;
        });
        waiter.isBusy(true);
        assertThat(server.children(parent())).hasSize(2).doesNotContain(lost);
        holder.releases(grant);
        waiter.releases(waiter.wins());
    }

    private void deleteAllChildren() {
        server.ask(handle -> {
            for (String child : handle.getChildren(parent(), false)) {
                handle.delete(parent() + "/" + child, -1);
            }
            return true;
        });
    }

    @Test
    void endOfTheSession_losesEveryHoldAtOnce() {
        List<Player> players = IntStream.range(0, 20)
                .mapToObj(i -> new Player(backend, name + i))
                .toList();
        players.forEach(Player::wins);
        server.expire(server.ownerOf(
                "/pawl/" + name + "0/" + server.children("/pawl/" + name + "0").get(0)));
        await().atMost(Duration.ofSeconds(5))
                .until(() -> players.stream().allMatch(player -> player.losses().contains(LossReason.SESSION_LOST)));
        Player again = new Player(backend, name + 0);
        again.releases(again.wins());
    }

    // --- whose client ------------------------------------------------------------------------------------------

    @Test
    void clientThatWasHandedIn_staysOpen_andItsNamespaceIsOutside() throws Exception {
        try (CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(server.address())
                .namespace("outside")
                .retryPolicy(new RetryOneTime(100))
                .build()) {
            client.start();
            try (LockClient locks = LockClient.using(
                    ZooKeeperBackend.builder(client).namespace("inside").build())) {
                Lease lease = locks.lock(name).acquire();
                assertThat(server.children("/outside/inside/" + name)).hasSize(1);
                lease.close();
            }
            assertThat(client.getState()).isEqualTo(CuratorFrameworkState.STARTED);
            assertThat(client.checkExists().forPath("/inside")).isNotNull();
        }
    }

    @Test
    void whatAClosedBackendWasAskedToRemove_isRemovedAllTheSame() {
        try (SlowLink link = new SlowLink(server.port(), Duration.ZERO);
                CuratorFramework client = TestServer.client(link.address())) {
            Player player = new Player(ZooKeeperBackend.create(client), name);
            Grant grant = player.wins();
            link.sever();
            assertThatThrownBy(() -> player.releases(grant)).isInstanceOf(dev.pawl.lock.spi.BackendFault.class);
            player.close();
            link.mend();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> server.children(parent()).isEmpty());
        }
    }

    @Test
    void clientThatIsNotStarted_isRefused() {
        CuratorFramework latent = CuratorFrameworkFactory.newClient(server.address(), new RetryOneTime(1));
        assertThatThrownBy(() -> ZooKeeperBackend.create(latent))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LATENT");
    }

    @Test
    void closing_endsTheSession() {
        LockBackend other = connect(server.url());
        new Player(other, name).wins();
        assertThat(server.children(parent())).hasSize(1);
        other.close();
        await().atMost(Duration.ofSeconds(4))
                .until(() -> server.children(parent()).isEmpty());
    }

    @Test
    void guarantees_areThoseOfAConsensusService() {
        Guarantees guarantees = backend.guarantees();
        assertThat(guarantees.crashRelease()).isEqualTo(Guarantees.CrashRelease.SESSION);
        assertThat(guarantees.order()).isEqualTo(Guarantees.Order.FIFO);
        assertThat(guarantees.wakeUp()).isEqualTo(Guarantees.WakeUp.PUSH);
        assertThat(guarantees.tokenDurability()).isEqualTo(Guarantees.TokenDurability.DURABLE);
    }
}
