package dev.pawl.lock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.redis.internal.RedisSettings;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.BackendFault;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.testkit.Player;
import dev.pawl.lock.testkit.TestContest;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service that refuses, hangs or goes away is an exception that says so, in time, and never "busy". */
class RedisFaultsTest {

    private static final Duration IO_TIMEOUT = Duration.ofMillis(500);
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final Random random = new Random();
    private TestServer server;

    @BeforeEach
    void startServer() {
        server = TestServer.start();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void hungServer_isAnExceptionInTime_andTheAttemptIsUndoneWhenItGoesOn() {
        try (LockBackend backend = connect(server.url() + "?timeout=500ms")) {
            assertHungServerIsNoticed(backend);
        }
    }

    @Test
    void hungServer_isAnExceptionInTime_evenOnAClientWithoutTimeouts() {
        RedisClient client = RedisClient.create(server.url());
        client.setOptions(
                ClientOptions.builder().timeoutOptions(TimeoutOptions.create()).build());
        try (RedisBackend backend =
                RedisBackend.builder(client).ioTimeout(IO_TIMEOUT).build()) {
            assertHungServerIsNoticed(backend);
        } finally {
            client.shutdown();
        }
    }

    private void assertHungServerIsNoticed(LockBackend backend) {
        Player warm = new Player(backend, "jobs");
        warm.releases(warm.wins());
        Player player = new Player(backend, "jobs");
        CompletionStage<Void> undone;
        try (TestServer.Suspension hung = server.suspend()) {
            long start = System.nanoTime();
            BackendFault fault = fault(() -> player.attempt(true));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(IO_TIMEOUT, IO_TIMEOUT.plus(MARGIN));
            assertThat(fault.node()).contains("127.0.0.1:" + server.port());
            assertThat(fault).hasMessageContaining("did not answer in time");
            undone = player.sendLeave();
        }
        Player.get(undone);
        assertThat(server.redis().exists("{pawl:jobs}", "{pawl:jobs}:q")).isZero();
    }

    @Test
    void threadThatWasInterrupted_connects_andKeepsItsStatus() {
        for (int i = 0; i < 5; i++) {
            Thread.currentThread().interrupt();
            connect(server.url()).close();
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void serverThatIsGone_isAnExceptionInTime() {
        TestServer doomed = TestServer.start();
        try (LockBackend backend = connect(doomed.url() + "?timeout=500ms")) {
            Player player = new Player(backend, "jobs");
            Grant grant = player.wins();
            doomed.close();
            long start = System.nanoTime();
            fault(() -> new Player(backend, "jobs").attempt(false));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(IO_TIMEOUT.plus(MARGIN));
            assertThat(fault(() -> player.renews(grant)).node()).contains("127.0.0.1:" + doomed.port());
            assertThat(fault(() -> player.releases(grant)).node()).contains("127.0.0.1:" + doomed.port());
        }
    }

    @Test
    void brokenConnection_isSurvived() {
        try (LockBackend backend = connect(server.url())) {
            for (int i = 0; i < 20; i++) {
                Player player = new Player(backend, "jobs");
                CompletionStage<Attempt> attempt = player.send(true);
                server.redis().clientKill(KillArgs.Builder.typeNormal().skipme());
                assertThat(Player.get(attempt)).isInstanceOf(Attempt.Granted.class);
                player.leaves();
            }
            assertThat(server.redis().exists("{pawl:jobs}")).isZero();
        }
    }

    @Test
    void wrongPassword_isSaidSo_withoutThePassword() {
        try (TestServer locked = TestServer.startWithPassword("right")) {
            for (String url : List.of("redis://:s3cret@127.0.0.1:" + locked.port(), locked.url())) {
                LockBackendException fault = refusal(() -> connect(url));
                assertThat(fault.node()).contains("127.0.0.1:" + locked.port());
                assertThat(fault).hasMessageContaining("password").hasMessageContaining("after");
                assertThat(fault).hasStackTraceContaining("LockBackendException");
                assertThat(stackTrace(fault)).doesNotContain("s3cret");
            }
            try (LockBackend backend = connect(locked.url(), null, "right")) {
                new Player(backend, "jobs").wins();
            }
        }
    }

    @Test
    void nobodyListening_isSaidSo_andNoThreadIsLeft() throws IOException {
        int port = TestServer.freePort();
        Set<Thread> before = timers();
        LockBackendException fault = refusal(() -> connect("redis://127.0.0.1:" + port));
        assertThat(fault).hasMessageContaining("cannot be reached").hasMessageContaining("refused");
        assertThat(fault.node()).contains("127.0.0.1:" + port);
        assertThat(fault.lockName()).isEmpty();
        await().until(() -> before.containsAll(timers()));
    }

    /** Of lettuce's clients, those of the test servers among them. */
    private static Set<Thread> timers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("lettuce-timer"))
                .collect(Collectors.toSet());
    }

    @Test
    void unknownHost_isSaidSo() {
        assertThat(refusal(() -> connect("redis://no-such-host.invalid:6379")))
                .hasMessageContaining("cannot be resolved")
                .hasMessageContaining("no-such-host.invalid:6379");
    }

    @Test
    void whatTheServerSaysWhileConnecting_isSaid() {
        assertThat(refusal(() -> connect(server.url() + "/99"))).hasMessageContaining("DB index is out of range");
        assertThat(refusal(() -> connect(server.url() + "/?cluster=true")))
                .hasMessageContaining("cluster support disabled");
    }

    @Test
    void serverThatIsNoRedis_isNotWithoutAReason() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread answers = new Thread(() -> {
                try (Socket client = other.accept()) {
                    client.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    client.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // The client has gone.
                }
            });
            answers.start();
            assertThat(refusal(() -> connect("redis://127.0.0.1:" + other.getLocalPort())))
                    .hasMessageContaining("Invalid first byte");
            answers.join();
        }
    }

    @Test
    void permissionThatIsMissing_isSaidInTheServersWords() {
        server.redis()
                .aclSetuser(
                        "few",
                        AclSetuserArgs.Builder.on()
                                .addPassword("few")
                                .allKeys()
                                .allChannels()
                                .addCommand(CommandType.SUBSCRIBE)
                                .addCommand(CommandType.PING));
        try (LockBackend backend = connect(server.url(), "few", "few")) {
            assertThat(fault(() -> new Player(backend, "jobs").attempt(false)))
                    .hasMessageContaining("NOPERM")
                    .hasMessageContaining("evalsha")
                    .hasMessageContaining("{<namespace>:");
        }
    }

    @Test
    void readOnlyReplica_isSaidSo() {
        try (TestServer replica = TestServer.start("replicaof 127.0.0.1 " + server.port());
                LockBackend backend = connect(replica.url())) {
            assertThat(fault(() -> new Player(backend, "jobs").attempt(false)))
                    .hasMessageContaining("READONLY")
                    .hasMessageContaining("connect to the master");
        }
    }

    @Test
    void serverOutOfMemory_isSaidSo_andARetryWorksAfterwards() {
        try (LockBackend backend = connect(server.url())) {
            server.redis().configSet("maxmemory", "1");
            Player player = new Player(backend, "jobs");
            assertThat(fault(() -> player.attempt(true))).hasMessageContaining("[OOM]");
            player.leaves();
            server.redis().configSet("maxmemory", "0");
            assertThat(server.redis().keys("*")).isEmpty();
            new Player(backend, "jobs").wins();
        }
    }

    @Test
    void replicasThatAreMissing_undoTheGrant() {
        try (TestServer replica = TestServer.start("replicaof 127.0.0.1 " + server.port())) {
            await().until(() -> server.redis().info("replication").contains("state=online"));
            try (LockBackend one = connect(server.url(), "1");
                    LockBackend two = connect(server.url(), "2")) {
                Player confirmed = new Player(one, "jobs");
                confirmed.releases(confirmed.wins());
                assertThat(replica.redis().exists("{pawl:jobs}:t")).isEqualTo(1);

                Player player = new Player(two, new TestContest("jobs", Duration.ofMillis(600)));
                assertThat(fault(() -> player.attempt(false))).hasMessageContaining("1 of 2 replicas");
                player.leaves();
                assertThat(server.redis().exists("{pawl:jobs}")).isZero();
            }
        }
    }

    @Test
    void replicaThatIsStopped_holdsUpNoRenewal_andIsWhatTheFaultsAreAbout() throws Exception {
        try (TestServer replica = TestServer.start("replicaof 127.0.0.1 " + server.port());
                LockBackend backend = connect(server.url(), "1")) {
            await().until(() -> server.redis().info("replication").contains("state=online"));
            Player holder = new Player(backend, "held");
            Grant held = holder.wins();
            try (TestServer.Suspension hung = replica.suspend()) {
                List<CompletableFuture<Attempt>> attempts = Stream.generate(
                                () -> new Player(backend, "other-" + random.nextLong()))
                        .limit(20)
                        .map(player -> player.send(true).toCompletableFuture())
                        .toList();
                for (int i = 0; i < 5; i++) {
                    assertThat(holder.renews(held)).isEqualTo(RenewalOutcome.RENEWED);
                }
                assertThat(attempts).as("renewed meanwhile").anyMatch(attempt -> !attempt.isDone());
                for (CompletableFuture<Attempt> attempt : attempts) {
                    assertThat(fault(() -> Player.get(attempt))).hasMessageContaining("0 of 1 replicas");
                }
            }
        }
    }

    @Test
    void serverThatWasDemoted_isGivenUp() {
        try (LockBackend backend = connect(server.url())) {
            new Player(backend, "jobs").wins();
            long before = connection(server);
            server.redis().replicaof("127.0.0.1", 1);
            assertThat(fault(() -> new Player(backend, "others").attempt(false)))
                    .hasMessageContaining("READONLY");
            await().until(() -> connection(server) > before);
            server.redis().replicaofNoOne();
            new Player(backend, "others").wins();
        }
    }

    @Test
    void ping_failsAtAServerThatOnlyReads_andLeavesNoKey() {
        try (LockClient client = LockClient.using(connect(server.url()))) {
            assertThat(client.ping()).isPositive();
            assertThat(server.redis().dbsize()).isZero();
            server.redis().replicaof("127.0.0.1", 1);
            assertThatThrownBy(client::ping)
                    .isInstanceOf(LockBackendException.class)
                    .hasMessageContaining("READONLY");
            server.redis().replicaofNoOne();
            await().ignoreException(LockBackendException.class)
                    .until(() -> client.ping().toNanos() > 0);
        }
    }

    @Test
    void labelOfAHolder_isToldAsItIs_whateverItsCharacters_andLeavesNothing() throws InterruptedException {
        String label = "büro 3: ~x!/{4711}:12";
        try (LockClient client = LockClient.connect(
                        LockConfig.builder().url(server.url()).holder(label).build());
                LockClient other = LockClient.connect(
                        LockConfig.builder().url(server.url()).holder(label).build())) {
            Lease held = client.lock("jobs").acquire();
            CompletableFuture<Lease> waiter = other.lock("jobs").acquireAsync();
            await().until(() -> client.inspect("jobs").orElseThrow().waiting().orElse(0) == 1);
            assertThat(client.inspect("jobs").orElseThrow().holder()).hasValue(label);
            held.close();
            waiter.join().close();
            assertThat(client.inspect("jobs")).isEmpty();
            assertThat(server.redis().keys("*")).hasSize(1);
        }
    }

    @Test
    void renewalOfARevokedHold_isRefused_andItsReleaseStillWakesTheNext() {
        try (LockBackend backend = connect(server.url())) {
            Player holder = new Player(backend, "jobs");
            Grant grant = holder.wins();
            Player next = new Player(backend, "jobs");
            next.isBusy(true);
            FencingToken seen = new FencingToken("jobs", grant.firstToken() + grant.tokens() - 1);
            LockInfo taken = backend.takeAway(seen, false, Runnable::run)
                    .toCompletableFuture()
                    .join()
                    .orElseThrow();
            assertThat(taken.token().value()).isGreaterThan(seen.value());
            assertThat(backend.renew(List.of(grant), Runnable::run)
                            .toCompletableFuture()
                            .join())
                    .containsEntry(grant, RenewalOutcome.TAKEN);
            next.isBusy(true);
            assertThat(backend.release(grant, Runnable::run)
                            .toCompletableFuture()
                            .join())
                    .isEqualTo(ReleaseOutcome.RELEASED);
            assertThat(next.wins().firstToken()).isGreaterThan(taken.token().value());
        }
    }

    /** The newest of them: they are numbered. */
    private static long connection(TestServer server) {
        return server.redis()
                .clientList()
                .lines()
                .mapToLong(line -> Long.parseLong(line.replaceAll("^id=(\\d+) .*", "$1")))
                .max()
                .orElseThrow();
    }

    @Test
    void closingOnTheThreadThatBringsAnswers_returnsInTime() {
        LockBackend backend = connect(server.url());
        Player warm = new Player(backend, "jobs");
        warm.releases(warm.wins());
        server.redis().clientPause(200); // so that the answer comes when somebody waits for it

        CompletionStage<String> closed = new Player(backend, "jobs").send(true).thenApply(attempt -> {
            backend.close();
            return Thread.currentThread().getName();
        });
        assertThat(Player.get(closed)).startsWith("lettuce-nioEventLoop");
    }

    @Test
    void closingOnTheThreadThatEndsLateCalls_returnsInTime() {
        LockBackend backend = connect(server.url() + "?timeout=300ms");
        Player warm = new Player(backend, "jobs");
        warm.releases(warm.wins());
        try (TestServer.Suspension hung = server.suspend()) {
            CompletionStage<String> closed = new Player(backend, "jobs")
                    .send(true)
                    .handle((attempt, failure) -> {
                        backend.close();
                        return Thread.currentThread().getName();
                    });
            assertThat(Player.get(closed)).startsWith("lettuce-eventExecutorLoop");
        }
    }

    @Test
    void closedBackend_refusesAtOnce() {
        LockBackend backend = connect(server.url());
        Player player = new Player(backend, "jobs");
        backend.close();
        backend.close();
        assertThatThrownBy(() -> player.attempt(false))
                .isInstanceOf(BackendFault.class)
                .hasMessageContaining("closed");
    }

    private static BackendFault fault(Supplier<?> action) {
        BackendFault fault = catchThrowableOfType(BackendFault.class, action::get);
        assertThat(fault).isNotNull();
        return fault;
    }

    private static LockBackendException refusal(Supplier<?> start) {
        LockBackendException refusal = catchThrowableOfType(LockBackendException.class, start::get);
        assertThat(refusal).isNotNull();
        return refusal;
    }

    private static String stackTrace(Throwable failure) {
        java.io.StringWriter text = new java.io.StringWriter();
        failure.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }

    private static LockBackend connect(String url) {
        return connect(url, null, null);
    }

    private static LockBackend connect(String url, @Nullable String username, @Nullable String password) {
        return new RedisBackendProvider().create(new BackendSettings(url, username, password, "pawl", Map.of()));
    }

    private static LockBackend connect(String url, String replicas) {
        return new RedisBackendProvider()
                .create(new BackendSettings(url, null, null, "pawl", Map.of(RedisSettings.REPLICAS_KEY, replicas)));
    }
}
