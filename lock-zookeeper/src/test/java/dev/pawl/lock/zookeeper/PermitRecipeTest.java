package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.testkit.Player;
import dev.pawl.lock.testkit.TestContest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** What semaphores and reader-writer locks leave at the service, what they cost there, and whom a release wakes. */
@Timeout(180)
class PermitRecipeTest {

    private static final Duration LEASE = Duration.ofSeconds(30);

    /** How many permits a writer takes. */
    private static final int ALL = 1_000_000;

    private static final int WAITERS = 50;

    private static TestServer server;

    private LockBackend backend;
    private LockBackend other;
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
        backend = ZooKeeperBackendTest.connect(server.url());
        other = ZooKeeperBackendTest.connect(server.url());
    }

    @AfterEach
    void close() {
        backend.close();
        other.close();
    }

    private String parent() {
        return "/pawl/" + name + "@permits";
    }

    private Player player(LockBackend its, int permits, int limit) {
        return new Player(its, TestContest.forPermits(name, LEASE, permits, limit));
    }

    private Player player(int permits, int limit) {
        return player(backend, permits, limit);
    }

    /** Players that wait, in their order. */
    private List<Player> waiters(LockBackend its, int count, int permits, int limit) {
        List<Player> waiters =
                Stream.generate(() -> player(its, permits, limit)).limit(count).toList();
        waiters.forEach(waiter -> waiter.isBusy(true));
        return waiters;
    }

    /** What the service had told of the past has been heard by then: answers and events of a session come in order. */
    private static void hearAll(LockBackend its) {
        Player.get(its.ping(Runnable::run));
    }

    private static List<Player> woken(List<Player> players) {
        return players.stream().filter(player -> player.wakes() > 0).toList();
    }

    // --- data --------------------------------------------------------------------------------------------------

    @Test
    void permits_areOneEphemeralNodeOfTheirOwner_thatSaysHowManyOfWhatLimit() {
        Player player = player(2, 3);
        Grant grant = player.wins();
        List<String> children = server.children(parent());
        assertThat(children).hasSize(1).allMatch(child -> child.matches(player.owner() + "-2-3-\\d{10}"));
        String node = parent() + "/" + children.get(0);
        assertThat(server.ownerOf(node)).isPositive();
        assertThat(grant.firstToken()).isEqualTo(server.node(node).stat.getCzxid() << 10);
        // The mark of a container.
        assertThat(server.ownerOf(parent())).isEqualTo(Long.MIN_VALUE);
        assertThat(player.releases(grant)).isEqualTo(ReleaseOutcome.RELEASED);
        assertThat(player.releases(grant)).isEqualTo(ReleaseOutcome.RELEASED);
        assertThat(server.children(parent())).isEmpty();
    }

    @Test
    void readersAndWriters_areUnderANodeOfTheirOwn_andNoLockOfTheirNameIsListed() throws InterruptedException {
        try (LockClient client = LockClient.using(ZooKeeperBackendTest.connect(server.url()))) {
            String readWrite = "/pawl/" + name + "@read-write";
            Lease permit = client.semaphore(name, 3).acquire();
            Lease reader = client.readWriteLock(name).readLock().acquire();
            assertThat(server.children(readWrite)).hasSize(1).allMatch(child -> child.matches(".*-1-1000000-\\d{10}"));
            reader.close();
            Lease writer = client.readWriteLock(name).writeLock().acquire();
            assertThat(server.children(readWrite))
                    .hasSize(1)
                    .allMatch(child -> child.matches(".*-1000000-1000000-\\d{10}"));
            assertThat(client.list(name, 10)).isEmpty();
            assertThat(client.lock(name).inspect()).isEmpty();
            writer.close();
            permit.close();
        }
    }

    @Test
    void foreignNodesInTheQueue_areWaitedFor() {
        Player warm = player(1, 3);
        warm.releases(warm.wins());
        server.ask(handle ->
                handle.create(parent() + "/somebody", new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        Player waiter = player(1, 3);
        waiter.isBusy(true);
        server.ask(handle -> {
            handle.delete(parent() + "/somebody", -1);
            return true;
        });
        await().until(() -> waiter.wakes() > 0);
        waiter.releases(waiter.wins());
    }

    /** A change of its data is no end. */
    @Test
    void nodeThatIsWrittenTo_isWaitedForAllTheSame() {
        Player holder = player(1, 1);
        Grant grant = holder.wins();
        Player waiter = player(1, 1);
        waiter.isBusy(true);
        String node = parent() + "/" + nodeOf(holder);
        server.ask(handle -> handle.setData(node, new byte[] {'x'}, -1));
        await().until(() -> waiter.wakes() == 1);
        waiter.isBusy(true);
        holder.releases(grant);
        await().until(() -> waiter.wakes() == 2);
        waiter.releases(waiter.wins());
    }

    // --- the budget --------------------------------------------------------------------------------------------

    @Test
    void acquireAndRelease_areThreePackets_alsoBesideOtherHolders() {
        player(2, 5).wins();
        assertThat(server.packetsOf(() -> {
                    Player player = player(3, 5);
                    player.releases(player.wins());
                }))
                .isEqualTo(3);
    }

    @Test
    void tryAcquireWithoutRoom_isOnePacket_andWritesNothing() {
        player(2, 3).wins();
        int sequence = server.node(parent()).stat.getCversion();
        Player many = player(2, 3);
        assertThat(server.packetsOf(() -> many.isBusy(false))).isEqualTo(1);
        assertThat(server.node(parent()).stat.getCversion()).isEqualTo(sequence);
        Player one = player(1, 3);
        assertThat(one.attempt(false)).isInstanceOf(Attempt.Granted.class);
    }

    /** However long the queue. */
    @Test
    void waiterThatLooksAgain_asksForThoseInItsWayAlone() {
        int limit = 3;
        IntStream.range(0, limit).forEach(i -> player(1, limit).wins());
        List<Player> waiters = waiters(other, WAITERS, 1, limit);
        assertThat(server.packetsOf(() -> waiters.get(WAITERS - 1).isBusy(true)))
                .isBetween(3L, 5L);
    }

    // --- whom a release wakes ----------------------------------------------------------------------------------

    /** Pings may come in between, and on a busy machine a request that proves the session: not each time. */
    @Test
    void oneRelease_wakesNoMoreThanTheLimit_ofHoweverMany_andTheNextIsGrantedWithoutAnyPacket() {
        int limit = 3;
        long granted = Long.MAX_VALUE;
        long wokenForNothing = Long.MAX_VALUE;
        for (int released = 0; released < limit; released++) {
            List<Player> holders =
                    Stream.generate(() -> player(1, limit)).limit(limit).toList();
            List<Grant> grants = holders.stream().map(Player::wins).toList();
            List<Player> waiters = waiters(other, WAITERS, 1, limit);
            hearAll(other);
            assertThat(woken(waiters)).isEmpty();

            holders.get(released).releases(grants.get(released));

            Player next = waiters.get(0);
            await().until(() -> next.wakes() > 0);
            hearAll(other);
            List<Player> woken = woken(waiters);
            assertThat(woken).hasSizeLessThanOrEqualTo(limit);
            long before = server.packets();
            Grant grant = next.wins();
            granted = Math.min(granted, server.packets() - before);
            before = server.packets();
            woken.stream().filter(player -> player != next).forEach(player -> player.isBusy(true));
            wokenForNothing = Math.min(wokenForNothing, server.packets() - before);

            next.releases(grant);
            waiters.forEach(Player::leaves);
            for (int i = 0; i < limit; i++) {
                holders.get(i).releases(grants.get(i));
            }
            assertThat(server.children(parent())).isEmpty();
        }
        assertThat(granted).isZero();
        // Each reads the names, and watches one more.
        assertThat(wokenForNothing).isLessThanOrEqualTo(2L * (limit - 1));
    }

    @Test
    void waiterThatGivesUp_farBehind_wakesNoMoreThanTheLimit() {
        int limit = 3;
        IntStream.range(0, limit).forEach(i -> player(1, limit).wins());
        List<Player> waiters = waiters(other, WAITERS, 1, limit);
        waiters.get(20).leaves();
        hearAll(other);
        assertThat(woken(waiters)).containsExactlyElementsOf(waiters.subList(21, 21 + limit));
        waiters.subList(21, 21 + limit).forEach(waiter -> waiter.isBusy(true));
    }

    @Test
    void aWriterThatLetsGo_wakesAllReadersUpToTheNextWriter_andTheyAreGrantedWithoutAnyPacket() {
        Player writer = player(ALL, ALL);
        Grant writing = writer.wins();
        List<Player> readers = waiters(other, WAITERS, 1, ALL);
        Player nextWriter = player(other, ALL, ALL);
        nextWriter.isBusy(true);
        List<Player> later = waiters(other, 5, 1, ALL);

        writer.releases(writing);

        await().until(() -> woken(readers).size() == WAITERS);
        hearAll(other);
        long before = server.packets();
        List<Grant> reading = readers.stream().map(Player::wins).toList();
        // Pings may come in between, and on a busy machine a request that proves the session.
        assertThat(server.packets() - before).isLessThan(WAITERS / 2);
        assertThat(nextWriter.wakes()).isZero();
        assertThat(woken(later)).isEmpty();
        for (int i = 0; i < WAITERS - 1; i++) {
            readers.get(i).releases(reading.get(i));
        }
        hearAll(other);
        assertThat(nextWriter.wakes()).as("woken while a reader is in").isZero();
        readers.get(WAITERS - 1).releases(reading.get(WAITERS - 1));
        await().until(() -> nextWriter.wakes() > 0);
        Grant next = nextWriter.wins();
        assertThat(reading).allMatch(grant -> grant.firstToken() < next.firstToken());
        assertThat(woken(later)).isEmpty();
        nextWriter.releases(next);
        await().until(() -> woken(later).size() == 5);
        later.forEach(reader -> assertThat(reader.wins().firstToken()).isGreaterThan(next.firstToken()));
    }

    // --- nothing is left ---------------------------------------------------------------------------------------

    @Test
    void waitersThatLeave_leaveNoNodeAndNoWatch() {
        List<Player> holders = Stream.generate(() -> player(1, 2)).limit(2).toList();
        List<Grant> grants = holders.stream().map(Player::wins).toList();
        for (int i = 0; i < 20; i++) {
            waiters(other, 5, 1 + i % 2, 2).forEach(Player::leaves);
        }
        assertThat(server.children(parent())).hasSize(2);
        await().untilAsserted(() -> assertThat(server.watched()).noneMatch(path -> path.startsWith(parent() + "/")));
        holders.get(0).releases(grants.get(0));
        holders.get(1).releases(grants.get(1));
        await().untilAsserted(() -> assertThat(server.watched()).noneMatch(path -> path.startsWith(parent())));
    }

    /** It does not take back the watches of other holders that still stand: they go with those. */
    @Test
    void watchesOfAWaiterThatWasServed_goWithThoseItWaitedFor() {
        List<Player> holders = Stream.generate(() -> player(1, 3)).limit(3).toList();
        List<Grant> grants = holders.stream().map(Player::wins).toList();
        Player waiter = player(other, 1, 3);
        waiter.isBusy(true);
        for (int i = 0; i < 3; i++) {
            holders.get(i).releases(grants.get(i));
        }
        await().until(() -> waiter.wakes() > 0);
        waiter.releases(waiter.wins());
        await().untilAsserted(() -> assertThat(server.watched()).noneMatch(path -> path.startsWith(parent())));
    }

    @Test
    void replyToCreateThatIsLost_isResolved_andOneNodeIsLeft() {
        try (SlowLink link = new SlowLink(server.port(), Duration.ZERO);
                LockBackend far = ZooKeeperBackendTest.connect(link.url() + "&timeout=4s")) {
            Player beside = player(1, 3);
            Grant besides = beside.wins();
            Player player = player(far, 2, 3);
            link.swallowAnswers();
            CompletionStage<Attempt> attempt = player.send(true);
            await().until(() -> server.children(parent()).size() == 2);
            link.cut();
            Attempt answer = Player.get(attempt);
            if (answer instanceof Attempt.Busy) {
                // Its own node of before was still there: that goes, and wakes it.
                await().until(() -> player.wakes() > 0);
            }
            Grant grant = player.wins();
            await().untilAsserted(() -> assertThat(server.children(parent())).hasSize(2));
            assertThat(player.renews(grant)).isEqualTo(RenewalOutcome.RENEWED);
            player.releases(grant);
            beside.releases(besides);
            assertThat(server.children(parent())).isEmpty();
        }
    }

    // --- tokens ------------------------------------------------------------------------------------------------

    @Test
    void tokens_goOnUpWhenTheParentIsReaped_whereTheSequenceBeginsAgain() {
        List<Long> tokens = new ArrayList<>();
        List<String> sequence = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            List<Player> players = Stream.generate(() -> player(1, 3)).limit(3).toList();
            List<Grant> grants = players.stream().map(Player::wins).toList();
            grants.forEach(grant -> tokens.add(grant.firstToken()));
            sequence.add(server.children(parent()).stream()
                    .map(child -> child.replaceFirst(".*-", ""))
                    .min(String::compareTo)
                    .orElseThrow());
            // While somebody is in it, it is not reaped.
            server.reapContainers();
            hearAll(backend);
            assertThat(server.children(parent())).hasSize(3);
            for (int j = 0; j < 3; j++) {
                players.get(j).releases(grants.get(j));
            }
            server.reapContainers();
            await().until(() -> server.server().getZKDatabase().getDataTree().getNode(parent()) == null);
        }
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
        assertThat(sequence).containsOnly("0000000000");
    }

    /** What the engine does when it is told of the loss is not what this is about: the contest goes on. */
    @Test
    void sessionThatIsLostInTheWait_letsThoseBehindPass_andQueuesAgainAtTheEnd_withALargerToken() {
        Player holder = player(2, 3);
        Grant held = holder.wins();
        try (LockBackend dying = ZooKeeperBackendTest.connect(server.url() + "&timeout=4s")) {
            Player lost = player(dying, 3, 3);
            lost.isBusy(true);
            Player behind = player(other, 1, 3);
            behind.isBusy(true);

            server.expire(server.ownerOf(parent() + "/" + nodeOf(lost)));

            await().until(() -> lost.losses().contains(LossReason.SESSION_LOST) && behind.wakes() > 0);
            Grant passed = behind.wins();
            lost.isBusy(true);
            Player last = player(other, 1, 3);
            last.isBusy(true);
            assertThat(server.children(parent())).hasSize(4);
            holder.releases(held);
            behind.releases(passed);
            await().until(() -> lost.wakes() > 0);
            Grant again = lost.wins();
            assertThat(again.firstToken()).isGreaterThan(passed.firstToken());
            last.isBusy(true);
            lost.releases(again);
            await().until(() -> last.wakes() > 0);
            assertThat(last.wins().firstToken()).isGreaterThan(again.firstToken());
        }
    }

    @Test
    void sessionThatIsLost_freesItsPermits_andTellsTheirHolder() {
        try (LockBackend dying = ZooKeeperBackendTest.connect(server.url() + "&timeout=4s")) {
            Player lost = player(dying, 2, 3);
            Grant grant = lost.wins();
            Player waiter = player(other, 3, 3);
            waiter.isBusy(true);
            server.expire(server.ownerOf(parent() + "/" + nodeOf(lost)));
            await().until(() -> lost.losses().contains(LossReason.SESSION_LOST) && waiter.wakes() > 0);
            assertThat(waiter.wins().firstToken()).isGreaterThan(grant.firstToken());
            assertThat(lost.releases(grant)).isEqualTo(ReleaseOutcome.NOT_HELD);
        }
    }

    private String nodeOf(Player player) {
        return server.children(parent()).stream()
                .filter(child -> child.startsWith(player.owner()))
                .findFirst()
                .orElseThrow();
    }
}
