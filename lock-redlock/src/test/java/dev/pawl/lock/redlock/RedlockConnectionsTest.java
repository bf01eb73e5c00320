package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testservers.TcpProxy;
import dev.pawl.lock.testservers.TcpProxy.Direction;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that come and go, and their connections. */
class RedlockConnectionsTest extends OnFiveMasters {

    @Test
    void masterThatIsDownAtFirst_takesPartWhenItIsThere() {
        servers.kill(4);
        LockClient client = client();
        use(client);
        servers.start(4, true);
        await("the master takes part").until(() -> {
            try (Lease lease = client.lock(name).tryAcquire().orElseThrow()) {
                return lease.isValid() && isHeldAt(4);
            }
        });
    }

    @Test
    void startWithoutAMajority_fails() {
        for (int master = 0; master < 3; master++) {
            servers.kill(master);
        }
        assertThatThrownBy(this::client)
                .isInstanceOf(LockBackendException.class)
                .hasMessageContaining("fewer than 3 of 5 Redis masters can be connected")
                .hasMessageContaining("127.0.0.1:" + servers.ports().get(1) + " ");
    }

    /** Whatever the time-outs of the clients: lettuce's are a minute. */
    @Test
    void startWithoutAMajority_isBoundedByTheIoTimeLimit() {
        List<RedisClient> own = ownClients();
        for (int master = 0; master < 3; master++) {
            servers.pause(master);
        }
        try {
            long start = System.nanoTime();
            assertThatThrownBy(() -> RedlockBackend.builder(own)
                            .ioTimeout(Duration.ofMillis(500))
                            .connectTimeout(Duration.ZERO)
                            .build())
                    .isInstanceOf(LockBackendException.class)
                    .hasMessageContaining("fewer than 3 of 5 Redis masters can be connected")
                    .hasMessageContaining("no answer in 5");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        } finally {
            servers.resume();
            own.forEach(RedisClient::shutdown);
        }
    }

    @Test
    void backendThatIsClosedWhileAMasterHangs_leavesNoConnectionInClientsThatWereHandedIn() {
        List<RedisClient> own = ownClients();
        long before = connections(4);
        servers.pause(4);
        try {
            for (int i = 0; i < 3; i++) {
                RedlockBackend.create(own).close();
            }
            servers.resume(4);
            await("no connection is left").during(Duration.ofSeconds(1)).until(() -> connections(4) <= before);
        } finally {
            servers.resume(4);
            own.forEach(RedisClient::shutdown);
        }
    }

    private List<RedisClient> ownClients() {
        return servers.ports().stream()
                .map(port -> RedisClient.create("redis://127.0.0.1:" + port))
                .toList();
    }

    private long connections(int master) {
        return servers.on(master, redis -> redis.clientList().lines().count());
    }

    @Test
    void clientsOfOneServer_areRefused() {
        RedisClient one =
                RedisClient.create("redis://127.0.0.1:" + servers.ports().get(0));
        RedisClient same =
                RedisClient.create("redis://127.0.0.1:" + servers.ports().get(0));
        RedisClient other =
                RedisClient.create("redis://127.0.0.1:" + servers.ports().get(1));
        try {
            assertThatThrownBy(() -> RedlockBackend.create(List.of(one, same, other)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the same server");
        } finally {
            Stream.of(one, same, other).forEach(RedisClient::shutdown);
        }
    }

    @Test
    void clientsThatWereHandedIn_stayOpen() {
        List<RedisClient> own = ownClients();
        try (LockClient client = LockClient.using(RedlockBackend.create(own))) {
            use(client);
        }
        own.forEach(client -> {
            assertThat(client.connect().sync().ping()).isEqualTo("PONG");
            client.shutdown();
        });
    }

    /** Nothing is refused and nothing is answered: a network that swallows packets. */
    @ParameterizedTest
    @EnumSource(Direction.class)
    void masterThatIsCutOff_isDoneWithout_andTakesPartWhenItIsReachedAgain(Direction direction) {
        try (TcpProxy proxy = TcpProxy.to(servers.ports().get(1))) {
            LockClient client = clientOfAll(proxy.through(servers.url()) + "?timeout=500ms");
            FencingToken before = use(client);
            proxy.blackHole(direction);
            await("its requests are given up on")
                    .during(Duration.ofMillis(1_500))
                    .until(() -> use(client).compareTo(before) > 0);
            proxy.pass();
            awaitPartOf(client, 1);
        }
    }

    /** Its old connections stay as they are: only new ones lead anywhere. */
    @Test
    void connectionsToAMaster_thatHaveGoneSilent_areGivenUp() {
        try (TcpProxy proxy = TcpProxy.to(servers.ports().get(1))) {
            LockClient client = clientOfAll(proxy.through(servers.url()) + "?timeout=500ms");
            use(client);
            proxy.silence();
            awaitPartOf(client, 1);
        }
    }

    @Test
    void masterThatWasMadeAReplica_isDoneWithout_andTakesPartWhenItIsNoneAnyMore() {
        LockClient client = clientOfAll();
        FencingToken before = use(client);
        servers.on(1, redis -> redis.replicaof("127.0.0.1", servers.ports().get(0)));
        try {
            assertThat(use(client)).isGreaterThan(before);
        } finally {
            servers.on(1, redis -> redis.replicaofNoOne());
        }
        awaitPartOf(client, 1);
    }

    @Test
    void ping_wantsAMajorityThatWrites() {
        LockClient client = clientOfAll();
        servers.on(1, redis -> redis.replicaof("127.0.0.1", 1));
        servers.on(2, redis -> redis.replicaof("127.0.0.1", 1));
        try {
            assertThat(client.ping()).isPositive();
            servers.on(3, redis -> redis.replicaof("127.0.0.1", 1));
            assertThatThrownBy(client::ping)
                    .isInstanceOf(LockBackendException.class)
                    .hasMessageContaining("READONLY");
        } finally {
            servers.on(1, redis -> redis.replicaofNoOne());
            servers.on(2, redis -> redis.replicaofNoOne());
            servers.on(3, redis -> redis.replicaofNoOne());
        }
    }

    private void awaitPartOf(LockClient client, int master) {
        await("the master takes part").until(() -> {
            try (Lease lease = client.lock(name).tryAcquire().orElseThrow()) {
                return lease.isValid() && isHeldAt(master);
            }
        });
        await("the master is free").until(() -> !isHeldAt(master));
    }

    @Test
    void connectionsThatBreakAllAtOnce_areASurvivedRetry() {
        LockClient client = client();
        FencingToken before = use(client);
        servers.cutConnections();
        try (Lease lease = client.lock(name).acquire(Duration.ofSeconds(10))) {
            assertThat(lease.token()).isGreaterThan(before);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void hintsThatAreCut_costLittle() {
        LockClient holder = clientOfAll();
        LockClient waiting = clientOfAll();
        Lease lease = holder.lock(name).tryAcquire().orElseThrow();
        CompletableFuture<Lease> waiter = waiting.lock(name).acquireAsync();
        // Not at one that the holder was not yet connected to: there the waiter is granted, and gives that back.
        await("the waiter is known to a majority").until(() -> mastersThatKnowAWaiter() >= 3);
        servers.onEachMaster(redis -> redis.clientKill(KillArgs.Builder.typePubsub()));
        lease.close();
        await("the waiter has its turn").atMost(Duration.ofSeconds(8)).until(waiter::isDone);
        waiter.join().close();
    }

    private long mastersThatKnowAWaiter() {
        return IntStream.range(0, servers.ports().size())
                .filter(master -> servers.on(master, redis -> redis.zcard("{pawl:" + name + "}:q")) == 1)
                .count();
    }
}
