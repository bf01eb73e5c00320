package dev.pawl.lock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.redis.internal.RedisUrl;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.TimeoutOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service that refuses, hangs or goes away is an exception that says so, in time, and never "busy". */
class RedisFaultsTest {

    private static final Duration IO_TIMEOUT = Duration.ofMillis(500);
    private static final Duration MARGIN = Duration.ofSeconds(1);

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
            LockBackendException fault = fault(() -> player.attempt(true));
            assertThat(fault.elapsed()).isBetween(IO_TIMEOUT, IO_TIMEOUT.plus(MARGIN));
            assertThat(fault.lockName()).isEqualTo("jobs");
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
            LockBackendException fault = fault(() -> new Player(backend, "jobs").attempt(false));
            assertThat(fault.elapsed()).isLessThan(IO_TIMEOUT.plus(MARGIN));
            assertThat(fault(() -> player.renews(grant)).node()).contains("127.0.0.1:" + doomed.port());
            assertThat(fault(() -> player.releases(grant)).lockName()).isEqualTo("jobs");
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
                LockBackendException fault = fault(() -> connect(url));
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
        LockBackendException fault = fault(() -> connect("redis://127.0.0.1:" + port));
        assertThat(fault).hasMessageContaining("cannot be reached").hasMessageContaining("refused");
        assertThat(fault.node()).contains("127.0.0.1:" + port);
        assertThat(fault.lockName()).isEmpty();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("lettuce-timer"))
                        .count()
                <= 1); // the test server's own client
    }

    @Test
    void unknownHost_isSaidSo() {
        assertThat(fault(() -> connect("redis://no-such-host.invalid:6379")))
                .hasMessageContaining("cannot be resolved")
                .hasMessageContaining("no-such-host.invalid:6379");
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
    void closedBackend_refusesAtOnce() {
        LockBackend backend = connect(server.url());
        Player player = new Player(backend, "jobs");
        backend.close();
        backend.close();
        assertThatThrownBy(() -> player.attempt(false))
                .isInstanceOf(LockBackendException.class)
                .hasMessageContaining("closed");
    }

    private static LockBackendException fault(Supplier<?> action) {
        LockBackendException fault = catchThrowableOfType(LockBackendException.class, action::get);
        assertThat(fault).isNotNull();
        return fault;
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
                .create(new BackendSettings(url, null, null, "pawl", Map.of(RedisUrl.REPLICAS_KEY, replicas)));
    }
}
