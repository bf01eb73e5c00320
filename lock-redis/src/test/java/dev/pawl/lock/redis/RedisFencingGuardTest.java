package dev.pawl.lock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.testservers.RedisServers;
import dev.pawl.lock.testservers.SingleRedis;
import dev.pawl.lock.testservers.TcpProxy;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of the guard, where keys lie in slots and where they do not. What it shares with others is in the contract. */
@Timeout(180)
class RedisFencingGuardTest {

    private static final String LOCK = "inventory/42";
    private static final String INCREMENT = "return redis.call('INCRBY', KEYS[1], ARGV[1])";
    private static final Pattern CALLS = Pattern.compile("cmdstat_(eval|evalsha):calls=(\\d+)");

    enum Topology {
        SINGLE,
        CLUSTER;

        RedisServers servers() {
            return this == SINGLE ? RedisServers.single() : RedisServers.cluster();
        }
    }

    private @Nullable GuardedKeys opened;

    private RedisFencingGuard start(Topology topology) {
        topology.servers().heal();
        opened = new GuardedKeys(topology.servers().url());
        return opened.guard;
    }

    private GuardedKeys store() {
        return Objects.requireNonNull(opened, "opened");
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private static FencingToken token(long value) {
        return new FencingToken(LOCK, value);
    }

    private static void assertStale(Runnable action) {
        assertStale(action, 20);
    }

    private static void assertStale(Runnable action, long newest) {
        assertThatExceptionOfType(StaleTokenException.class)
                .isThrownBy(action::run)
                .satisfies(e -> assertThat(e.newest()).isEqualTo(newest));
    }

    @ParameterizedTest
    @EnumSource
    void everyForm_writesWithANewToken_andNotWithAStaleOne(Topology topology) {
        RedisFencingGuard guard = start(topology);
        guard.check(token(20), "stock:42");
        guard.set(token(20), "stock:42", "7");
        guard.hset(token(20), "{stock:42}:details", Map.of("colour", "red", "size", "L"));
        assertThat(guard.eval(token(20), INCREMENT, List.of("stock:42"), "3")).isEqualTo(10L);

        assertStale(() -> guard.check(token(19), "stock:42"));
        assertStale(() -> guard.set(token(19), "stock:42", "LATE"));
        assertStale(() -> guard.hset(token(19), "{stock:42}:details", Map.of("colour", "LATE")));
        assertStale(() -> guard.eval(token(19), INCREMENT, List.of("stock:42"), "100"));

        assertThat(store().commands.get("stock:42")).isEqualTo("10");
        assertThat(store().commands.hgetall("{stock:42}:details")).isEqualTo(Map.of("colour", "red", "size", "L"));
    }

    @ParameterizedTest
    @EnumSource
    void keysOfOneHashTag_haveOneFence_andOthersTheirOwn(Topology topology) {
        RedisFencingGuard guard = start(topology);
        guard.set(token(20), "{order:1}:total", "100");
        assertStale(() -> guard.set(token(19), "{order:1}:tax", "LATE"));
        assertStale(() -> guard.set(token(19), "a{order:1}{b}", "LATE"));
        assertStale(() -> guard.set(token(19), "order:1", "LATE"));
        guard.set(token(19), "order:2", "never written with a newer token");
        guard.set(new FencingToken("another lock", 1), "{order:1}:total", "101");
        assertThat(store().commands.get("{order:1}:total")).isEqualTo("101");
    }

    @ParameterizedTest
    @EnumSource
    void keysOfEverySlot_areGuardedWhereTheyAre(Topology topology) {
        RedisFencingGuard guard = start(topology);
        for (int i = 0; i < 300; i++) {
            String key = i % 2 == 0 ? "key " + i : "prefix {tag \"" + i + "\"} é";
            guard.set(token(20), key, "new");
            assertStale(() -> guard.set(token(19), key, "LATE"));
            assertThat(store().commands.get(key)).isEqualTo("new");
        }
    }

    @Test
    void aFence_isInTheSlotOfItsKey() {
        start(Topology.SINGLE).set(token(20), "stock:42", "7");
        List<String> keys = store().commands.keys("*");
        assertThat(keys).containsExactlyInAnyOrder("stock:42", "{stock:42}:pawl-fence:" + LOCK);
        assertThat(keys).extracting(SlotHash::getSlot).containsOnly(SlotHash.getSlot("stock:42"));
        assertThat(store().commands.ttl("{stock:42}:pawl-fence:" + LOCK)).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    void aScript_seesItsOwnKeysAndValuesOnly_andAnswersWithAnything(Topology topology) {
        RedisFencingGuard guard = start(topology);
        assertThat(guard.eval(
                        token(20), "return {#KEYS, KEYS[1], KEYS[2], #ARGV, ARGV[1]}", List.of("{a}1", "{a}2"), "v"))
                .isEqualTo(List.of(2L, "{a}1", "{a}2", 1L, "v"));
        assertThat(guard.eval(token(20), "return redis.call('GET', 'x{a}')", List.of("{a}1")))
                .isNull();
        assertThat(guard.eval(token(20), "return redis.call('SET', KEYS[1], 'é')", List.of("{a}1")))
                .isEqualTo("OK");
        assertThat(guard.eval(token(20), "-- a comment\nreturn redis.call('GET', KEYS[1])", List.of("{a}1")))
                .isEqualTo("é");
    }

    @Test
    void aScriptThatFails_isAFaultWithItsError_andNoStaleToken() {
        RedisFencingGuard guard = start(Topology.SINGLE);
        assertThatExceptionOfType(LockBackendException.class)
                .isThrownBy(() -> guard.eval(token(20), "return redis.call('NOSUCH')", List.of("a")))
                .withMessageContaining(LOCK);
        assertThatExceptionOfType(LockBackendException.class)
                .isThrownBy(() -> guard.eval(token(20), "this is not Lua", List.of("a")));
        store().commands.set("{b}:pawl-fence:" + LOCK, "no token");
        assertThatExceptionOfType(LockBackendException.class)
                .isThrownBy(() -> guard.set(token(20), "b", "x"))
                .withMessageContaining("pawl-fence");
        assertThat(store().commands.get("b")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "APP got STALETOKEN 30",
                "STALETOKEN 30 things",
                "STALETOKEN 3",
                "STALETOKEN 20",
                "STALETOKEN 9999999999999999999",
                "STALETOKEN 99999999999999999999999"
            })
    void aScriptThatWroteAndThenFailed_isNeverAStaleToken(String error) {
        RedisFencingGuard guard = start(Topology.SINGLE);
        String script = "redis.call('SET', KEYS[1], 'written') return redis.error_reply(ARGV[1])";
        assertThatExceptionOfType(LockBackendException.class)
                .isThrownBy(() -> guard.eval(token(20), script, List.of("a"), error))
                .withMessageContaining(LOCK);
        assertThat(store().commands.get("a")).isEqualTo("written");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "007", "00", "1.0", "9223372036854775808", "99999999999999999999999", "5\n"})
    void aFenceThatHoldsNoToken_isAFaultThatSaysSo_andNothingIsWritten(String fence) {
        RedisFencingGuard guard = start(Topology.SINGLE);
        String key = "{b}:pawl-fence:" + LOCK;
        store().commands.set(key, fence);
        assertThatExceptionOfType(LockBackendException.class)
                .isThrownBy(() -> guard.set(token(50), "b", "x"))
                .withMessageContainingAll(LOCK, key, "something else than a token");
        assertThat(store().commands.get("b")).isNull();
        assertThat(store().commands.get(key)).isEqualTo(fence);
    }

    @Test
    void theLeastAndTheLargestFence_areTokens() {
        RedisFencingGuard guard = start(Topology.SINGLE);
        store().commands.set("{b}:pawl-fence:" + LOCK, "0");
        guard.set(token(Long.MAX_VALUE), "b", "x");
        assertThatExceptionOfType(StaleTokenException.class)
                .isThrownBy(() -> guard.set(token(Long.MAX_VALUE - 1), "b", "LATE"))
                .satisfies(e -> assertThat(e.newest()).isEqualTo(Long.MAX_VALUE));
    }

    @Test
    void aHashOfManyFields_isOneWrite() {
        RedisFencingGuard guard = start(Topology.SINGLE);
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            fields.put("field-" + i, "value-" + i);
        }
        guard.hset(token(20), "many", fields);
        assertThat(store().commands.hgetall("many")).isEqualTo(fields);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a}b", "{}a", "}{"})
    void aKeyWhoseSlotNoOtherKeyCanBeIn_isRefusedBeforeAnyWrite(String key) {
        RedisFencingGuard guard = start(Topology.SINGLE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> guard.set(token(20), key, "x"))
                .withMessageContaining("\"" + key + "\"");
        assertThat(store().commands.dbsize()).isZero();
    }

    @Test
    void whatIsMissing_isRefusedBeforeAnyWrite() {
        RedisFencingGuard guard = start(Topology.SINGLE);
        assertThatIllegalArgumentException().isThrownBy(() -> guard.hset(token(20), "a", Map.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> guard.eval(token(20), "return 1", List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> guard.eval(token(20), "#!lua\nreturn 1", List.of("a")))
                .withMessageContaining("#!");
        assertThat(store().commands.dbsize()).isZero();
    }

    @Test
    void aGuardedWrite_isOneEvalsha_andOneRoundTrip() {
        RedisServers servers = Topology.SINGLE.servers();
        servers.heal();
        RedisURI uri = RedisURI.create(servers.url());
        RedisClient client = null;
        try (TcpProxy proxy = TcpProxy.to(uri.getPort())) {
            client = RedisClient.create(RedisURI.create("127.0.0.1", proxy.port()));
            try (RedisFencingGuard guard = RedisFencingGuard.create(client)) {
                guard.set(token(20), "stock:42", "7");
                long calls = scripts(servers);
                long trips = proxy.roundTrips();
                for (int i = 0; i < 20; i++) {
                    guard.set(token(20 + i), "stock:42", "7");
                }
                assertThat(proxy.roundTrips() - trips).isEqualTo(20);
                assertThat(scripts(servers) - calls).isEqualTo(20);
            }
        } finally {
            if (client != null) {
                client.shutdown();
            }
        }
    }

    private static long scripts(RedisServers servers) {
        Matcher matcher = CALLS.matcher(String.join("\n", servers.onEachMaster(redis -> redis.info("commandstats"))));
        long calls = 0;
        while (matcher.find()) {
            calls += Long.parseLong(matcher.group(2));
        }
        return calls;
    }

    @ParameterizedTest
    @EnumSource
    void whenRedisHasLostItsData_theGuardBeginsAnew_andTheScriptsAreSentAgain(Topology topology) {
        RedisFencingGuard guard = start(topology);
        guard.set(token(20), "stock:42", "7");
        topology.servers().onEachMaster(redis -> redis.flushall() + redis.scriptFlush());
        // What nobody knows any more cannot be refused, but the next one that is newer is in front again.
        guard.set(token(19), "stock:42", "whoever comes first");
        guard.set(token(20), "stock:42", "8");
        assertStale(() -> guard.set(token(19), "stock:42", "LATE"));
        assertThat(store().commands.get("stock:42")).isEqualTo("8");
    }

    @Test
    void aServerThatDoesNotAnswer_isAFaultInTime_andAnInterruptIsKept() {
        RedisFencingGuard guard = start(Topology.SINGLE);
        guard.set(token(20), "stock:42", "7");
        RedisServers servers = Topology.SINGLE.servers();
        servers.pause();
        try {
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(LockBackendException.class)
                    .isThrownBy(() -> guard.set(token(21), "stock:42", "8"))
                    .withMessageContainingAll(LOCK, "did not answer in time", "may still be carried out")
                    .satisfies(
                            e -> assertThat(e.elapsed()).isBetween(Duration.ofMillis(2_900), Duration.ofSeconds(10)));
            assertThat(Thread.interrupted()).isTrue();
        } finally {
            servers.resume();
        }
        guard.set(token(22), "stock:42", "9");
        assertThat(store().commands.get("stock:42")).isEqualTo("9");
    }

    @Test
    void aResetThatArrivesLate_takesBackNoNewerToken() {
        RedisFencingGuard guard = start(Topology.SINGLE);
        String url = Topology.SINGLE.servers().url();
        try (TcpProxy proxy = TcpProxy.to(RedisURI.create(url).getPort());
                RedisClient client = RedisClient.create(proxy.through(url));
                RedisFencingGuard cutOff = RedisFencingGuard.create(client)) {
            cutOff.set(token(5), "stock:42", "6");
            proxy.blackHole();
            assertThatExceptionOfType(LockBackendException.class)
                    .isThrownBy(() -> cutOff.reset(LOCK, "stock:42", 0))
                    .withMessageContaining("unless a newer token comes first");
            guard.set(token(20), "stock:42", "7");
            proxy.pass();
            // Whatever was held back comes now, and this behind it or on the connection after that one.
            cutOff.set(token(5), "another", "1");
        }
        assertStale(() -> guard.set(token(19), "stock:42", "LATE"));
    }

    @Test
    void aConnectionThatHasGoneSilent_isGivenUp() {
        String url = Topology.SINGLE.servers().url();
        Topology.SINGLE.servers().heal();
        try (TcpProxy proxy = TcpProxy.to(RedisURI.create(url).getPort());
                RedisClient client = RedisClient.create(proxy.through(url));
                RedisFencingGuard guard = RedisFencingGuard.create(client)) {
            guard.set(token(20), "stock:42", "7");
            proxy.silence();
            assertThatExceptionOfType(LockBackendException.class)
                    .isThrownBy(() -> guard.set(token(21), "stock:42", "8"));
            guard.set(token(22), "stock:42", "9");
            assertStale(() -> guard.set(token(19), "stock:42", "LATE"), 22);
        }
    }

    @Test
    void aServerThatWasDemoted_isLeftForTheOneThatItsNameLeadsTo() {
        String url = Topology.SINGLE.servers().url();
        Topology.SINGLE.servers().heal();
        try (SingleRedis other = SingleRedis.start();
                TcpProxy proxy = TcpProxy.to(RedisURI.create(url).getPort());
                RedisClient client = RedisClient.create(proxy.through(url));
                RedisFencingGuard guard = RedisFencingGuard.create(client)) {
            guard.set(token(20), "stock:42", "7");
            int port = RedisURI.create(other.url()).getPort();
            proxy.leadTo(port);
            Topology.SINGLE.servers().onEachMaster(redis -> redis.replicaof("127.0.0.1", port));
            assertThatExceptionOfType(LockBackendException.class)
                    .isThrownBy(() -> guard.set(token(21), "stock:42", "8"))
                    .withMessageContaining("READONLY");
            guard.set(token(22), "stock:42", "9");
            String there = other.onMasterOf("stock:42", redis -> redis.get("stock:42"));
            assertThat(there).isEqualTo("9");
        } finally {
            Topology.SINGLE.servers().onEachMaster(redis -> redis.replicaofNoOne());
        }
    }
}
