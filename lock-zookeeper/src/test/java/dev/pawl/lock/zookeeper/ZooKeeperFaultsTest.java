package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.BackendFault;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.testkit.Player;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.server.auth.DigestAuthenticationProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** A service that refuses, goes away or answers nothing is an exception that says so, and what was in doubt is resolved. */
@Timeout(180)
class ZooKeeperFaultsTest {

    private TestServer server;
    private SlowLink link;
    private String name;

    @BeforeEach
    void startServer(TestInfo test) {
        server = TestServer.start();
        link = new SlowLink(server.port(), Duration.ZERO);
        name = test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void stopServer() {
        link.close();
        server.close();
    }

    private String parent() {
        return "/pawl/" + name;
    }

    private static LockBackend connect(String url, @Nullable String user, @Nullable String password, String... keys) {
        Map<String, String> properties = keys.length == 0 ? Map.of() : Map.of(keys[0], keys[1]);
        return new ZooKeeperBackendProvider().create(new BackendSettings(url, user, password, "pawl", properties));
    }

    private LockBackend connect() {
        return connect(link.url() + "&timeout=1s", null, null);
    }

    private static BackendFault fault(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        BackendFault fault = catchThrowableOfType(BackendFault.class, call);
        assertThat(fault).isNotNull();
        return fault;
    }

    private static LockBackendException refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable start) {
        LockBackendException refusal = catchThrowableOfType(LockBackendException.class, start);
        assertThat(refusal).isNotNull();
        return refusal;
    }

    // --- what was in doubt -------------------------------------------------------------------------------------

    @Test
    void replyToCreateThatIsLost_isResolved_andOneNodeIsLeft() {
        try (LockBackend backend = connect(link.url(), null, null)) {
            warm(backend);
            Player player = new Player(backend, name);
            link.swallowAnswers();
            CompletionStage<Attempt> attempt = player.send(true);
            await().until(() -> server.children(parent()).size() == 1);
            link.cut();
            assertThat(Player.get(attempt)).isInstanceOf(Attempt.Granted.class);
            Grant grant = ((Attempt.Granted) Player.get(attempt)).grant();
            await().untilAsserted(() -> assertThat(server.children(parent())).hasSize(1));
            assertThat(player.renews(grant)).isEqualTo(RenewalOutcome.RENEWED);
            player.releases(grant);
            assertThat(server.children(parent())).isEmpty();
        }
    }

    @Test
    void replyToCreateThatNeverComes_isAFault_andLeavingRemovesTheNode() {
        try (LockBackend backend = connect()) {
            warm(backend);
            Player player = new Player(backend, name);
            link.swallowAnswers();
            long start = System.nanoTime();
            BackendFault fault = fault(() -> player.attempt(true));
            assertThat(fault).hasMessageContaining("did not answer in time");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(3));
            assertThat(server.children(parent())).hasSize(1);
            player.sendLeave();
            link.cut();
            // As the engine does until it is confirmed.
            await().ignoreException(BackendFault.class).until(() -> {
                player.leaves();
                return true;
            });
            await().untilAsserted(() -> assertThat(server.children(parent())).isEmpty());
        }
    }

    @Test
    void replyToDeleteThatIsLost_isAskedForAgain() {
        try (LockBackend backend = connect(link.url(), null, null)) {
            Player player = new Player(backend, name);
            Grant grant = player.wins();
            link.swallowAnswers();
            CompletableFuture<ReleaseOutcome> release =
                    backend.release(grant, Runnable::run).toCompletableFuture();
            await().until(() -> server.children(parent()).isEmpty());
            assertThat(release).isNotDone();
            link.cut();
            // The second time there is nothing to delete any more, because of the first.
            assertThat(Player.get(release)).isEqualTo(ReleaseOutcome.RELEASED);
        }
    }

    /** It looks first, and would go on to make a node. */
    @Test
    void leavingWhileAnAttemptIsUnderWay_waitsForItsEnd() {
        try (LockBackend backend = connect(link.url(), null, null)) {
            warm(backend);
            Player player = new Player(backend, name);
            link.stall();
            CompletableFuture<Attempt> attempt = player.send(false).toCompletableFuture();
            CompletionStage<Void> leave = player.sendLeave();
            link.flow();
            await().until(attempt::isDone);
            Player.get(leave);
            assertThat(server.children(parent())).isEmpty();
        }
    }

    private void warm(LockBackend backend) {
        Player player = new Player(backend, name);
        player.releases(player.wins());
    }

    // --- sessions ----------------------------------------------------------------------------------------------

    @Test
    void sessionThatExpiresWhileHolding_losesTheLease_andTheNextIsGranted() throws InterruptedException {
        try (LockClient client = LockClient.using(connect(server.url(), null, null))) {
            Queue<LeaseLostEvent> losses = new ConcurrentLinkedQueue<>();
            Lease lease = client.lock(name).acquire();
            lease.onLost(losses::add);
            server.expire(
                    server.ownerOf(parent() + "/" + server.children(parent()).get(0)));
            await().until(() -> !losses.isEmpty());
            assertThat(losses.element().reason()).isEqualTo(LossReason.SESSION_LOST);
            assertThat(lease.isValid()).isFalse();
            try (Lease next = client.lock(name).acquire(Duration.ofSeconds(10))) {
                assertThat(next.token()).isGreaterThan(lease.token());
            }
        }
    }

    @Test
    void sessionThatExpiresWhileWaiting_costsThePlaceAndNotTheRequest() throws InterruptedException {
        try (LockClient holding = LockClient.using(connect(server.url(), null, null));
                LockClient waiting = LockClient.using(connect(server.url(), null, null))) {
            Lease holder = holding.lock(name).acquire();
            CompletableFuture<Lease> waiter = waiting.lock(name).acquireAsync();
            await().until(() -> server.children(parent()).size() == 2);
            String first = server.children(parent()).stream()
                    .filter(child -> child.endsWith("1"))
                    .findFirst()
                    .orElseThrow();
            server.expire(server.ownerOf(parent() + "/" + first));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> server.children(parent()).stream().anyMatch(child -> child.endsWith("2")));
            assertThat(waiter).isNotDone();
            holder.close();
            Lease next = Player.get(waiter);
            assertThat(next.token()).isGreaterThan(holder.token());
            next.close();
            assertThat(server.children(parent())).isEmpty();
        }
    }

    @Test
    void holderThatIsCutOffForLongerThanItsSession_isInvalidBeforeAnotherIsGranted() throws InterruptedException {
        try (LockClient cutOff = LockClient.using(connect());
                LockClient other = LockClient.using(connect(server.url(), null, null))) {
            Lease lease = cutOff.lock(name).acquire();
            CompletableFuture<Boolean> overlap = other.lock(name).acquireAsync().thenApply(next -> lease.isValid());
            link.sever();
            assertThat(Player.get(overlap)).isFalse();
            link.mend();
        }
    }

    @Test
    void connectionThatBreaksWhileHoldingAndWaiting_isHealedUnseen() throws InterruptedException {
        try (LockClient holding = LockClient.using(connect(link.url(), null, null));
                LockClient waiting = LockClient.using(connect(link.url(), null, null))) {
            Lease holder = holding.lock(name).acquire();
            CompletableFuture<Lease> waiter = waiting.lock(name).acquireAsync();
            await().until(() -> server.children(parent()).size() == 2);
            link.cut();
            holder.close();
            Player.get(waiter).close();
            assertThat(server.children(parent())).isEmpty();
        }
    }

    @Test
    void serverThatIsKilledAndRestarted_keepsTheHold() throws InterruptedException {
        try (LockClient client = LockClient.using(connect(server.url(), null, null))) {
            Lease lease = client.lock(name).acquire();
            server.restart();
            await().atMost(Duration.ofSeconds(10)).until(() -> lease.remaining().compareTo(Duration.ofSeconds(3)) > 0);
            assertThat(lease.isValid()).isTrue();
            lease.close();
        }
    }

    // --- refusals ----------------------------------------------------------------------------------------------

    @Test
    void serverThatIsAway_isAFaultThatNamesIt() {
        try (LockBackend backend = connect()) {
            warm(backend);
            link.sever();
            BackendFault fault = fault(() -> new Player(backend, name).attempt(true));
            assertThat(fault)
                    .hasMessageContaining("ZooKeeper at ")
                    .hasMessageContaining("cannot be reached")
                    .hasMessageContaining("CONNECTIONLOSS");
        }
    }

    @Test
    void nobodyListening_isAFaultAtStartUp() {
        link.sever();
        LockBackendException fault =
                refusal(() -> connect("zookeeper://" + link.address() + "?timeout=500ms", null, null));
        assertThat(fault).hasMessageContaining("ZooKeeper at " + link.address() + " cannot be reached");
        assertThat(fault.node()).contains(link.address());
        // Not the session timeout, as where another server may answer.
        assertThat(fault.elapsed()).isBetween(Duration.ofMillis(400), Duration.ofSeconds(4));
    }

    @Test
    void hostThatHasNoAddress_isNamed_amongSeveral() {
        String servers = link.address() + ",no-such-host.invalid:2181";
        link.sever();
        LockBackendException fault =
                refusal(() -> connect("zookeeper://" + servers + "?timeout=500ms&sessionTimeout=1s", null, null));
        assertThat(fault)
                .hasMessageContaining("ZooKeeper at " + servers)
                .hasMessageContaining("no address is known for no-such-host.invalid")
                .hasMessageNotContaining(link.address() + ", after");
        assertThat(fault.node()).isEmpty();
    }

    @Test
    void aclOfAnotherUser_isAFaultThatSaysSo_andNoSecret() {
        connect(server.url(), null, null).close();
        LockBackend owner = connect(server.url(), "alice", "wonderland");
        warm(owner);
        owner.close();
        try (LockBackend other = connect(server.url(), "mallory", "looking-glass")) {
            for (boolean willWait : new boolean[] {true, false}) {
                Player player = new Player(other, name);
                BackendFault fault = fault(() -> player.attempt(willWait));
                assertThat(fault).hasMessageContaining("refused permission").hasMessageContaining("NOAUTH");
                assertThat(fault.toString() + fault.getCause())
                        .doesNotContain("looking-glass")
                        .doesNotContain("mallory");
                player.leaves();
            }
        }
        try (LockBackend again = connect(server.url(), "alice", "wonderland")) {
            warm(again);
        }
    }

    /** Who may read but not write can set a watch. */
    @Test
    void attemptThatIsRefused_leavesNoWatch() {
        try (LockBackend backend = connect()) {
            server.ask(handle -> handle.create(
                    parent(),
                    new byte[0],
                    new ArrayList<>(List.of(new ACL(ZooDefs.Perms.READ, ZooDefs.Ids.ANYONE_ID_UNSAFE))),
                    CreateMode.PERSISTENT));
            Player player = new Player(backend, name);
            assertThat(fault(() -> player.attempt(true))).hasMessageContaining("NOAUTH");
            player.leaves();
            await().untilAsserted(() -> assertThat(server.watches()).isZero());
        }
    }

    @Test
    void namespaceOfAnotherUser_isAFaultAtStartUp() {
        connect(server.url(), "alice", "wonderland").close();
        assertThat(refusal(() -> connect(server.url(), "mallory", "looking-glass")))
                .hasMessageContaining("refused permission");
    }

    @Test
    void credentials_protectWhatIsMade_unlessToldOtherwise() {
        try (LockBackend closed = connect(server.url(), "alice", "wonderland")) {
            new Player(closed, name).wins();
            assertThat(aclOf(parent())).noneMatch(acl -> acl.getId().equals(ZooDefs.Ids.ANYONE_ID_UNSAFE));
        }
        try (LockBackend open = connect(server.url(), "alice", "wonderland", ZooKeeperUrl.ACL_KEY, "open")) {
            new Player(open, "open").wins();
            assertThat(aclOf("/pawl/open")).allMatch(acl -> acl.getId().equals(ZooDefs.Ids.ANYONE_ID_UNSAFE));
        }
    }

    private List<ACL> aclOf(String path) {
        return server.server().getZKDatabase().getDataTree().getACL(server.node(path));
    }

    @Test
    void namespaceThatMayNotBeMade_isAFaultAtStartUp() throws Exception {
        String id = DigestAuthenticationProvider.generateDigest("root:secret");
        server.ask(handle -> {
            handle.create(
                    "/closed",
                    new byte[0],
                    new ArrayList<>(List.of(new ACL(ZooDefs.Perms.ALL, new Id("digest", id)))),
                    CreateMode.PERSISTENT);
            return true;
        });
        assertThat(refusal(() -> connect("zookeeper://" + server.address() + "/closed", null, null)))
                .hasMessageContaining("refused permission");
    }

    @Test
    void saslThatTheServerDoesNotKnow_isAFaultAtStartUp() {
        assertThat(refusal(() ->
                        connect(server.url() + "&timeout=1s", null, null, ZooKeeperUrl.SASL_KEY, "NoSuchSection")))
                .hasMessageContaining("credentials");
    }

    @Test
    void unknownChroot_isAFaultAtStartUp_andAKnownOneIsUsed() {
        String url = "zookeeper://" + server.address() + "/apps/shop";
        assertThat(refusal(() -> connect(url, null, null))).hasMessageContaining("chroot");
        server.ask(handle -> {
            handle.create("/apps", new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            handle.create("/apps/shop", new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            return true;
        });
        try (LockBackend backend = connect(url, null, null)) {
            Player holder = new Player(backend, name);
            Grant grant = holder.wins();
            Player waiter = new Player(backend, name);
            waiter.isBusy(true);
            assertThat(server.children("/apps/shop/pawl/" + name)).hasSize(2);
            holder.releases(grant);
            await().until(() -> waiter.wakes() > 0);
            waiter.releases(waiter.wins());
            assertThat(server.children("/apps/shop/pawl/" + name)).isEmpty();
        }
    }

    @Test
    void namespaceThatWasDeleted_isMadeAgain() {
        try (LockBackend backend = connect()) {
            warm(backend);
            server.ask(handle -> {
                handle.delete(parent(), -1);
                handle.delete("/pawl", -1);
                return true;
            });
            warm(backend);
        }
    }

    // --- the parent --------------------------------------------------------------------------------------------

    @Test
    void parentThatWasReapedBetweenReleaseAndAcquire_isMadeAgain() {
        try (LockBackend backend = connect()) {
            for (int i = 0; i < 20; i++) {
                warm(backend);
                server.reapContainers();
            }
        }
    }

    @Test
    void sequenceNearItsEnd_makesTheParentAnew_andTokensGoOnUp() {
        try (LockBackend backend = connect()) {
            Player before = new Player(backend, name);
            Grant last = before.wins();
            before.releases(last);
            server.setSequence(parent(), Integer.MAX_VALUE - 5);
            Player after = new Player(backend, name);
            Grant next = after.wins();
            assertThat(server.children(parent())).hasSize(1).allMatch(child -> child.endsWith("-0000000000"));
            assertThat(next.firstToken()).isGreaterThan(last.firstToken());
            after.releases(next);
        }
    }

    @Test
    void sequenceNearItsEnd_whileAnotherHolds_isRefused_andThePlaceIsGivenUp() {
        try (LockBackend backend = connect()) {
            Player holder = new Player(backend, name);
            Grant grant = holder.wins();
            server.setSequence(parent(), Integer.MAX_VALUE - 5);
            Player other = new Player(backend, name);
            assertThat(fault(() -> other.attempt(true))).hasMessageContaining("sequence numbers");
            assertThat(server.children(parent())).hasSize(1);
            holder.releases(grant);
            Player next = new Player(backend, name);
            next.releases(next.wins());
        }
    }

    @Test
    void clientThatWasClosedByItsOwner_isAFault() {
        CuratorFramework client = server.client();
        LockBackend backend = ZooKeeperBackend.create(client);
        client.close();
        assertThat(fault(() -> new Player(backend, name).attempt(true))).hasMessageContaining("closed");
        backend.close();
    }
}
