package dev.pawl.lock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.BackendFault;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.testservers.ClusterRedis;
import dev.pawl.lock.testservers.RedisServers;
import dev.pawl.lock.testservers.SentinelRedis;
import dev.pawl.lock.testservers.SingleRedis;
import dev.pawl.lock.testservers.TcpProxy;
import dev.pawl.lock.testservers.TcpProxy.Direction;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.internal.HostAndPort;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DnsResolvers;
import io.lettuce.core.resource.MappingSocketAddressResolver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of locks when the network between a client and its Redis is slow, silent, or leads somewhere else. */
@Timeout(180)
class RedisConnectionsTest {

    private final SingleRedis server = RedisServers.single();
    private final String name = "connections-" + UUID.randomUUID();
    private final String key = "{pawl:" + name + "}";
    private TcpProxy proxy;

    @BeforeEach
    void openProxy() {
        server.heal();
        proxy = TcpProxy.to(port(server));
    }

    private static int port(SingleRedis server) {
        return Integer.parseInt(server.url().replaceAll(".*:", ""));
    }

    @AfterEach
    void closeProxy() {
        proxy.close();
    }

    @Test
    void waiterBehindASlowNetwork_isKeptItsTurnForItsRoundTrip() throws Exception {
        proxy.delay(Direction.TO_SERVER, Duration.ofMillis(120));
        proxy.delay(Direction.TO_CLIENT, Duration.ofMillis(120));
        try (LockClient here = LockClient.connect(server.url());
                LockClient there = LockClient.connect(server.url());
                LockClient far = LockClient.connect(proxy.through(server.url()))) {
            Lease held = here.lock(name).acquire();
            List<String> order = new CopyOnWriteArrayList<>();
            CompletableFuture<Void> first = takesAndGivesBack(far, () -> order.add("far"));
            await("it waits").until(() -> waiting() == 1);
            CompletableFuture<Void> second = takesAndGivesBack(there, () -> order.add("there"));
            await("both wait").until(() -> waiting() == 2);
            held.close();
            CompletableFuture.allOf(first, second).get(20, TimeUnit.SECONDS);
            assertThat(order).containsExactly("far", "there");
        }
    }

    /** As after an OutOfMemoryError in the client library: each request is given the answer to the one before it. */
    @Test
    void answersThatAreOutOfStep_giveNobodyALock() throws Exception {
        String grant = "*2\r\n:" + Long.MAX_VALUE / 2 + "\r\n:1\r\n";
        try (LockClient other = LockClient.connect(server.url());
                LockClient client = LockClient.connect(proxy.through(server.url()));
                Lease held = other.lock(name).acquire();
                Lease ours = client.lock(name + "-ours").acquire()) {
            proxy.insert(grant.getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 5; i++) {
                assertThat(client.lock(name).tryAcquire()).isEmpty();
                client.lock(name + "-free").tryAcquire().orElseThrow().close();
            }
            held.ensureValid();
            ours.ensureValid();
        }
    }

    /** As when the process stands still: another look-out takes the place of one that is only late. */
    @Test
    void lookOutThatIsReplaced_failsNothingThatIsInFlight() throws Exception {
        RedisClient client = RedisClient.create(proxy.through(server.url()));
        CountDownLatch goOn = new CountDownLatch(1);
        try (LockClient locks = LockClient.using(
                RedisBackend.builder(client).ioTimeout(Duration.ofSeconds(20)).build())) {
            locks.lock(name).acquire().close();
            proxy.blackHole(Direction.TO_CLIENT);
            CompletableFuture<Lease> first = locks.lock(name).acquireAsync();
            client.getResources()
                    .eventExecutorGroup()
                    .forEach(executor -> executor.execute(() -> {
                        try {
                            goOn.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }));
            await("more looks are missed than may be")
                    .during(Duration.ofSeconds(3))
                    .until(() -> !first.isDone());
            CompletableFuture<Lease> second = locks.lock(name + "-2").acquireAsync();
            goOn.countDown();
            await("it looks again").during(Duration.ofSeconds(1)).until(() -> !first.isDone());
            proxy.pass();
            first.get(10, TimeUnit.SECONDS).close();
            second.get(10, TimeUnit.SECONDS).close();
        } finally {
            client.shutdown();
        }
    }

    private CompletableFuture<Void> takesAndGivesBack(LockClient client, Runnable taken) {
        return client.lock(name).acquireAsync(Duration.ofSeconds(20)).thenAccept(lease -> {
            taken.run();
            lease.close();
        });
    }

    private long waiting() {
        return server.onMasterOf(key, redis -> redis.zcard(key + ":q"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connectionsThatHaveGoneSilent_areGivenUp_whoeverMadeThem(boolean own) throws Exception {
        RedisClient client = RedisClient.create(proxy.through(server.url()));
        try (LockBackend backend = own
                ? connect(proxy.through(server.url()) + "?timeout=1s")
                : RedisBackend.builder(client).ioTimeout(Duration.ofSeconds(1)).build()) {
            Grant grant = grant(backend);
            proxy.silence();
            assertThat(backend.renew(List.of(grant), Runnable::run).toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(20));
            // At the next look, not when the operating system gives it up.
            await("it is renewed").until(() -> isRenewed(backend, grant));
        } finally {
            client.shutdown();
        }
    }

    @Test
    void wakeUpConnectionThatHasGoneSilent_isGivenUpWhileSomebodyWaits() throws Exception {
        try (LockClient here = LockClient.connect(server.url());
                Lease held = here.lock(name).acquire();
                LockBackend backend = connect(proxy.through(server.url()) + "?timeout=1s")) {
            CompletableFuture<Void> woken = new CompletableFuture<>();
            Attempt attempt =
                    get(backend.join(contest(() -> woken.complete(null))).attempt(true, 1, Runnable::run));
            assertThat(attempt).isInstanceOf(Attempt.Busy.class);
            proxy.silence();
            // By its new subscription: wake-ups may have been lost.
            woken.get(30, TimeUnit.SECONDS);
            assertThat(held.isValid()).isTrue();
        }
    }

    @Test
    void masterThatWasDemoted_isLeftForTheOneThatItsNameLeadsTo() throws Exception {
        try (SingleRedis other = SingleRedis.start();
                LockBackend backend = connect(proxy.through(server.url()))) {
            Grant before = grant(backend);
            proxy.leadTo(port(other));
            server.onMasterOf(key, redis -> redis.replicaof("127.0.0.1", port(other)));
            try {
                assertThat(get(backend.release(before, Runnable::run))).isNotNull();
            } catch (ExecutionException e) {
                assertThat(e).hasStackTraceContaining("READONLY");
            }
            awaitNewMaster(backend);
        } finally {
            server.onMasterOf(key, redis -> redis.replicaofNoOne());
        }
    }

    @Test
    void masterThatHangsBehindSentinels_isLeftForTheOneThatTheyName() throws Exception {
        SentinelRedis sentinels = RedisServers.sentinel();
        sentinels.heal();
        try (LockBackend backend = connect(withTimeout(sentinels.url()))) {
            assertThat(get(backend.release(grant(backend), Runnable::run))).isEqualTo(ReleaseOutcome.RELEASED);
            sentinels.failOverWhileTheMasterHangs();
            awaitNewMaster(backend);
        } finally {
            sentinels.heal();
        }
    }

    private void awaitNewMaster(LockBackend backend) {
        await("the new master grants").until(() -> {
            try {
                return grant(backend) != null;
            } catch (ExecutionException e) {
                return false;
            }
        });
    }

    private static String withTimeout(String url) {
        int fragment = url.indexOf('#');
        return fragment < 0
                ? url + "&timeout=1s"
                : url.substring(0, fragment) + "?timeout=1s" + url.substring(fragment);
    }

    @Test
    void connectionToANodeOfACluster_thatHasGoneSilent_isGivenUp() throws Exception {
        ClusterRedis cluster = RedisServers.cluster();
        cluster.heal();
        Map<Integer, TcpProxy> proxies = new HashMap<>();
        cluster.ports().forEach(port -> proxies.put(port, TcpProxy.to(port)));
        ClientResources resources = ClientResources.builder()
                .socketAddressResolver(MappingSocketAddressResolver.create(
                        DnsResolvers.UNRESOLVED,
                        address -> HostAndPort.of(
                                "127.0.0.1",
                                Objects.requireNonNull(proxies.get(address.getPort()))
                                        .port())))
                .build();
        RedisClusterClient client = RedisClusterClient.create(
                resources, RedisURI.create("127.0.0.1", cluster.ports().get(0)));
        try (LockBackend backend =
                RedisBackend.builder(client).ioTimeout(Duration.ofSeconds(1)).build()) {
            Grant grant = grant(backend);
            proxies.values().forEach(TcpProxy::silence);
            assertThat(backend.renew(List.of(grant), Runnable::run).toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(20));
            await("it is renewed").until(() -> isRenewed(backend, grant));
        } finally {
            client.shutdown();
            resources.shutdown();
            proxies.values().forEach(TcpProxy::close);
        }
    }

    private static boolean isRenewed(LockBackend backend, Grant grant) throws Exception {
        try {
            return get(backend.renew(List.of(grant), Runnable::run)).containsValue(RenewalOutcome.RENEWED);
        } catch (ExecutionException e) {
            return false;
        }
    }

    @Test
    void releaseWhoseAnswerWasLost_isSentAgain_andIsNoLoss() throws Exception {
        try (LockBackend backend = connect(proxy.through(server.url()))) {
            Grant grant = grant(backend);
            proxy.dropReply(1);
            assertThat(get(backend.release(grant, Runnable::run))).isEqualTo(ReleaseOutcome.RELEASED);
            Long left = server.onMasterOf(key, redis -> redis.exists(key));
            assertThat(left).isZero();
        }
    }

    @Test
    void takingWhoseAnswerWasLost_isSentAgain_andIsNeverNothingDone() throws Exception {
        try (LockBackend backend = connect(proxy.through(server.url()))) {
            FencingToken seen = new FencingToken(name, grant(backend).firstToken());
            // The server learns the script.
            assertThat(get(backend.takeAway(new FencingToken(name, 1), false, Runnable::run)))
                    .isEmpty();
            proxy.dropReply(1);
            assertThatThrownBy(() -> get(backend.takeAway(seen, false, Runnable::run)))
                    .hasCauseInstanceOf(BackendFault.class)
                    .hasMessageContaining("ask again who has it");
            assertThat(get(backend.inspect(name, Runnable::run)).orElseThrow().isRevoked())
                    .isTrue();
        }
    }

    @Test
    void releaseOfALockThatIsGone_isNotHeld() throws Exception {
        try (LockBackend backend = connect(proxy.through(server.url()))) {
            Grant grant = grant(backend);
            server.onMasterOf(key, redis -> redis.del(key));
            assertThat(get(backend.release(grant, Runnable::run))).isEqualTo(ReleaseOutcome.NOT_HELD);
        }
    }

    private static LockBackend connect(String url) {
        return new RedisBackendProvider().create(new BackendSettings(url, null, null, "pawl", Map.of()));
    }

    private Grant grant(LockBackend backend) throws Exception {
        Contest contest = contest(() -> {});
        return ((Attempt.Granted) get(backend.join(contest).attempt(false, 1, Runnable::run))).grant();
    }

    private Contest contest(Runnable onWake) {
        return new TestedContest(
                name, UUID.randomUUID().toString(), Duration.ofSeconds(30), Duration.ofSeconds(1), onWake);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    static ConditionFactory await(String what) {
        return Awaitility.await(what).pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(30));
    }

    private record TestedContest(String name, String owner, Duration leaseTime, Duration retryCeiling, Runnable onWake)
            implements Contest {

        @Override
        public void wake() {
            onWake.run();
        }

        @Override
        public void lost(LossReason reason) {
            throw new AssertionError("Redis tells of no loss by itself");
        }
    }
}
