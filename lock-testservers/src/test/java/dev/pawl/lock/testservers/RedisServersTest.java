package dev.pawl.lock.testservers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.testkit.Full;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each harm has its effect and can be undone, on every topology, under the provider in force. */
@Full
@Timeout(180)
class RedisServersTest {

    private static final String KEY = "{key}";

    /** Suppliers, because JUnit would close the servers themselves after each test. */
    static Stream<Named<Supplier<RedisServers>>> topologies() {
        return Stream.of(
                Named.of("single", RedisServers::single),
                Named.of("sentinel", RedisServers::sentinel),
                Named.of("cluster", RedisServers::cluster));
    }

    @AfterEach
    void heal() {
        topologies().forEach(topology -> topology.getPayload().get().heal());
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void killedServers_answerNobody_andComeBackWithTheirData(Supplier<RedisServers> topology) {
        RedisServers servers = topology.get();
        write(servers);
        servers.kill();
        assertThatThrownBy(() -> read(servers)).isInstanceOf(RedisException.class);
        servers.restart(true);
        assertThat(read(servers)).isEqualTo("value");
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void serversRestartedWithoutTheirData_areEmpty(Supplier<RedisServers> topology) {
        RedisServers servers = topology.get();
        write(servers);
        servers.restart(false);
        assertThat(read(servers)).isNull();
        write(servers);
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void pausedServers_areSilentUntilTheyAreResumed(Supplier<RedisServers> topology) {
        RedisServers servers = topology.get();
        write(servers);
        servers.pause();
        assertThatThrownBy(() -> read(servers)).isInstanceOf(RedisException.class);
        servers.resume();
        assertThat(read(servers)).isEqualTo("value");
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void cuts_breakTheConnectionsTheyAreMeantFor(Supplier<RedisServers> topology) {
        RedisServers servers = topology.get();
        RedisClient client = RedisClient.create();
        client.setOptions(ClientOptions.builder().autoReconnect(false).build());
        RedisURI address = RedisAdmin.uri(servers.masterOf(KEY));
        try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub(address);
                StatefulRedisConnection<String, String> commander = client.connect(address)) {
            subscriber.sync().subscribe("channel");
            servers.cutSubscriptions();
            await().until(() -> !subscriber.isOpen());
            assertThat(commander.sync().ping()).isEqualTo("PONG");
            servers.cutConnections();
            await().until(() -> !commander.isOpen());
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void heal_startsTheDeadWakesThePausedAndLeavesNothing(Supplier<RedisServers> topology) {
        RedisServers servers = topology.get();
        write(servers);
        servers.pause();
        servers.heal();
        assertThat(read(servers)).isNull();
        servers.kill();
        servers.heal();
        assertThat(read(servers)).isNull();
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void heal_isQuickWhereNothingIsBroken(Supplier<RedisServers> topology) {
        RedisServers servers = topology.get();
        write(servers);
        long start = System.nanoTime();
        servers.heal();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThat(read(servers)).isNull();
    }

    @Test
    void failOver_makesTheReplicaTheMaster_asOftenAsWished() {
        SentinelRedis servers = RedisServers.sentinel();
        int first = servers.masterOf(KEY);
        write(servers);
        servers.failOver();
        assertThat(servers.masterOf(KEY)).isNotEqualTo(first);
        assertThat(read(servers)).isEqualTo("value");
        servers.restart(true);
        assertThat(read(servers)).isEqualTo("value");
        servers.failOver();
        assertThat(servers.masterOf(KEY)).isEqualTo(first);
    }

    private static String write(RedisServers servers) {
        return servers.onMasterOf(KEY, redis -> redis.set(KEY, "value"));
    }

    private static String read(RedisServers servers) {
        return servers.onMasterOf(KEY, redis -> redis.get(KEY));
    }
}
