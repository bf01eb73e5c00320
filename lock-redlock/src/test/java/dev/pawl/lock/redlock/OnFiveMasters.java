package dev.pawl.lock.redlock;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testservers.IndependentRedis;
import dev.pawl.lock.testservers.RedisServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Five masters that are well before each test, and some clients of theirs. */
@Timeout(180)
abstract class OnFiveMasters {

    static final Duration IO_LIMIT = Duration.ofSeconds(3);

    final IndependentRedis servers = RedisServers.independent(5);
    final String name = "redlock-" + UUID.randomUUID();
    final List<LockClient> clients = new ArrayList<>();

    @BeforeEach
    void heal() {
        servers.heal();
    }

    @AfterEach
    void close() {
        servers.resume();
        clients.forEach(LockClient::close);
    }

    @AfterAll
    static void leaveHealed() {
        RedisServers.independent(5).heal();
    }

    final LockClient client() {
        return client(servers.url());
    }

    final LockClient client(String url) {
        LockClient client = LockClient.connect(url);
        clients.add(client);
        return client;
    }

    final FencingToken use(LockClient client) {
        try (Lease lease = client.lock(name).tryAcquire().orElseThrow()) {
            return lease.token();
        }
    }

    /** With all five: a client starts with three, and waits a moment only for the others. */
    final LockClient clientOfAll() {
        return clientOfAll(servers.url());
    }

    final LockClient clientOfAll(String url) {
        List<Long> before = timesAsked();
        LockClient client = client(url);
        await("it has asked all for the time")
                .until(() -> IntStream.range(0, 5).allMatch(i -> timesAsked().get(i) > before.get(i)));
        return client;
    }

    private List<Long> timesAsked() {
        return servers.onEachMaster(redis -> redis.clientList()
                .lines()
                .filter(line -> line.contains("cmd=time"))
                .count());
    }

    static ConditionFactory await(String what) {
        return Awaitility.await(what).pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(20));
    }

    final boolean isHeldAt(int master) {
        return servers.on(master, redis -> redis.get("{pawl:" + name + "}")) != null;
    }
}
