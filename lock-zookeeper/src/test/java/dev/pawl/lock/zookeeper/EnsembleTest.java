package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.testservers.ZooKeeperServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only an ensemble can go through: its leader is killed, its quorum is lost. */
@Timeout(120)
class EnsembleTest {

    private static final Duration LONGEST_USE = Duration.ofMillis(20);

    private final ZooKeeperServers servers = ZooKeeperServers.ensemble();

    @BeforeEach
    void heal() {
        servers.heal();
    }

    @AfterEach
    void healAgain() {
        servers.heal();
    }

    /** One acquisition, from its answer to the last instant at which the lease was seen valid. */
    private record Use(FencingToken token, long acquired, long lastValid) {}

    @Test
    void leaderThatIsKilledUnderLoad_leavesOneHolderAtATime_andTokensInOrder() throws Exception {
        Queue<Use> uses = new ConcurrentLinkedQueue<>();
        AtomicBoolean enough = new AtomicBoolean();
        List<LockClient> clients = fourClients();
        List<Thread> threads = new ArrayList<>();
        clients.forEach(client -> threads.addAll(use(client, "loaded", enough, uses)));
        for (int kills = 0; kills < 3; kills++) {
            int before = uses.size();
            Awaitility.await().atMost(Duration.ofSeconds(25)).until(() -> uses.size() > before + 200);
            servers.killLeader();
            int after = uses.size();
            Awaitility.await().atMost(Duration.ofSeconds(25)).until(() -> uses.size() > after + 200);
            servers.startMissing();
        }
        end(enough, threads, clients);
        assertOneAtATime(uses);
        assertInOrder(uses);
        assertThat(new ZooKeeperFixture(servers, ZooKeeperFixture.ENSEMBLE_SESSION).leftBehind("loaded"))
                .isEmpty();
    }

    /** Each client has a lock of its own, so that nobody keeps out anybody. */
    @Test
    void leasesThatOverlap_areFoundByTheTestAbove() throws Exception {
        Queue<Use> uses = new ConcurrentLinkedQueue<>();
        AtomicBoolean enough = new AtomicBoolean();
        List<LockClient> clients = fourClients();
        List<Thread> threads = new ArrayList<>();
        clients.forEach(client -> threads.addAll(use(client, "own" + threads.size(), enough, uses)));
        Awaitility.await().atMost(Duration.ofSeconds(25)).until(() -> uses.size() > 200);
        end(enough, threads, clients);
        assertThatThrownBy(() -> assertOneAtATime(uses)).isInstanceOf(AssertionError.class);
    }

    private List<LockClient> fourClients() {
        return Stream.generate(() -> LockClient.connect(servers.url() + "?sessionTimeout=6s&timeout=3s"))
                .limit(4)
                .toList();
    }

    /** Has three threads use it. */
    private static List<Thread> use(LockClient client, String name, AtomicBoolean enough, Queue<Use> uses) {
        List<Thread> threads = Stream.generate(() -> new Thread(() -> useUntil(enough, client, name, uses)))
                .limit(3)
                .toList();
        threads.forEach(Thread::start);
        return threads;
    }

    private static void end(AtomicBoolean enough, List<Thread> threads, List<LockClient> clients)
            throws InterruptedException {
        enough.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        clients.forEach(LockClient::close);
    }

    private static void useUntil(AtomicBoolean enough, LockClient client, String name, Queue<Use> uses) {
        LockOptions options =
                LockOptions.builder().handOff(8, Duration.ofMillis(20)).build();
        while (!enough.get()) {
            try (Lease lease = client.lock(name, options).acquire()) {
                long acquired = System.nanoTime();
                long end = acquired + ThreadLocalRandom.current().nextLong(LONGEST_USE.toNanos());
                long lastValid = acquired;
                for (long now = acquired; now < end && lease.isValid(); now = System.nanoTime()) {
                    lastValid = now;
                    Thread.sleep(1);
                }
                uses.add(new Use(lease.token(), acquired, lastValid));
            } catch (LockBackendException | LeaseLostException e) {
                // Told, which is all that is asked while there is no leader.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void assertOneAtATime(Collection<Use> uses) {
        List<Use> inOrder =
                uses.stream().sorted(Comparator.comparingLong(Use::acquired)).toList();
        for (int i = 1; i < inOrder.size(); i++) {
            assertThat(inOrder.get(i).acquired())
                    .isGreaterThanOrEqualTo(inOrder.get(i - 1).lastValid());
        }
    }

    private static void assertInOrder(Collection<Use> uses) {
        List<Use> inOrder =
                uses.stream().sorted(Comparator.comparingLong(Use::acquired)).toList();
        assertThat(inOrder.stream().map(Use::token)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void holdSurvivesTheEndOfTheLeader() throws InterruptedException {
        try (LockClient client = LockClient.connect(servers.url() + "?sessionTimeout=12s")) {
            Lease lease = client.lock("kept").acquire();
            awaitRenewals(lease, 2);
            long deadline = deadlineOf(lease);
            servers.killLeader();
            // More than one renewal could do that was under way.
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() ->
                            deadlineOf(lease) - deadline > Duration.ofSeconds(5).toNanos());
            assertThat(lease.isValid()).isTrue();
            lease.close();
        }
    }

    /** The member that has acknowledged a renewal tells the leader of it later, and may not come to it. */
    @Test
    void followerThatTakesTheLastAcknowledgementWithIt_leavesOneHolder() throws InterruptedException {
        for (int round = 0; round < 4; round++) {
            try (LockClient holding = LockClient.connect(servers.followerUrl() + "?sessionTimeout=3s");
                    LockClient waiting = LockClient.connect(servers.leaderUrl() + "?sessionTimeout=3s")) {
                String name = "acknowledged" + round;
                Lease lease = holding.lock(name).acquire();
                CompletableFuture<Boolean> overlap =
                        waiting.lock(name).acquireAsync().thenApply(next -> lease.isValid());
                awaitRenewals(lease, 2 + round);
                servers.pauseFollower();
                assertThat(lease.isValid()).isTrue();
                assertThat(overlap.orTimeout(20, TimeUnit.SECONDS).join()).isFalse();
                // Of a server that stands still a client would take long to take leave.
                servers.resume();
            }
            servers.heal();
        }
    }

    private static long deadlineOf(Lease lease) {
        return System.nanoTime() + lease.remaining().toNanos();
    }

    private static void awaitRenewals(Lease lease, int wanted) throws InterruptedException {
        Duration remaining = lease.remaining();
        for (int renewals = 0; renewals < wanted; ) {
            Duration now = lease.remaining();
            if (now.compareTo(remaining) > 0) {
                renewals++;
            }
            remaining = now;
            Thread.sleep(1);
        }
    }

    @Test
    void serversWithoutQuorum_areAFault_andHealed() throws InterruptedException {
        try (LockClient locks = LockClient.connect(servers.url() + "?sessionTimeout=10s&timeout=1s")) {
            locks.lock("warm").acquire().close();
            servers.killAllButOne();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(catchThrowableOfType(
                                    LockBackendException.class,
                                    () -> locks.lock("warm").acquire()))
                            .hasMessageContaining("without a quorum, or read-only"));
            servers.startMissing();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .ignoreException(LockBackendException.class)
                    .untilAsserted(() -> locks.lock("warm").acquire().close());
        }
    }

    /** The one server that is left answers read-only clients at best. */
    @Test
    void readOnlyServer_isAFault_forAClientThatMayReadOnlyToo() {
        LockClient.connect(servers.url()).close();
        servers.killAllButOne();
        try (CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(servers.addresses())
                .sessionTimeoutMs(10_000)
                .canBeReadOnly(true)
                .retryPolicy(new RetryOneTime(100))
                .build()) {
            client.start();
            assertThat(catchThrowableOfType(LockBackendException.class, () -> {
                        try (LockClient locks = LockClient.using(ZooKeeperBackend.create(client))) {
                            locks.lock("any").acquire().close();
                        }
                    }))
                    .hasMessageContaining("read-only");
        }
    }
}
