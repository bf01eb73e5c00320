package dev.pawl.lock.redis.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.redis.RedisBackendProvider;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.LockBackendProvider;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisUrlTest {

    @Test
    void provider_isFound() {
        assertThat(ServiceLoader.load(LockBackendProvider.class))
                .anyMatch(provider -> provider instanceof RedisBackendProvider
                        && provider.schemes().contains("redis")
                        && provider.keys().contains("pawl.redis.replicas"));
    }

    @Test
    void oneServer() {
        RedisUrl url = parse("rediss://db:7000/3?timeout=250ms");
        RedisURI server = url.servers().get(0);
        assertThat(url.cluster()).isFalse();
        assertThat(server.isSsl()).isTrue();
        assertThat(server.getDatabase()).isEqualTo(3);
        assertThat(url.server()).isEqualTo("db:7000");
        assertThat(url.options().ioTimeout()).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void withoutATimeout_itIsThreeSeconds() {
        RedisUrl url = parse("redis://db");
        assertThat(url.options().ioTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(url.servers().get(0).getTimeout()).isEqualTo(Duration.ofSeconds(3));
    }

    @ParameterizedTest
    @CsvSource({
        "redis://my_redis, my_redis, 6379",
        "redis://my_redis:7001/2?timeout=PT0.5S, my_redis, 7001",
        "rediss://user:pass@app_redis_1:7002, app_redis_1, 7002"
    })
    void hostNamesOfDockerCompose_areRead(String text, String host, int port) {
        RedisURI server = parse(text).servers().get(0);

        assertThat(server.getHost()).isEqualTo(host);
        assertThat(server.getPort()).isEqualTo(port);
    }

    @Test
    void timesAreWrittenAsEverywhere_besideOtherParameters() {
        RedisUrl url = parse("redis://db/3?timeout=PT2S&clientName=shop");

        assertThat(url.options().ioTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(url.servers().get(0).getClientName()).isEqualTo("shop");
        assertThat(url.servers().get(0).getDatabase()).isEqualTo(3);
    }

    @Test
    void cluster() {
        RedisUrl url = parse("redis://user:pass@h1:7001,h2:7002,h3/?cluster=true");
        assertThat(url.cluster()).isTrue();
        assertThat(url.servers()).extracting(RedisURI::getHost).containsExactly("h1", "h2", "h3");
        assertThat(url.servers()).extracting(RedisURI::getPort).containsExactly(7001, 7002, 6379);
        assertThat(url.servers())
                .allSatisfy(server -> assertThat(password(server)).isEqualTo("pass"));
        assertThat(parse("redis://h1:7001?cluster=true").cluster()).isTrue();
    }

    @Test
    void sentinels() {
        RedisUrl url = parse("redis-sentinel://h1:26379,h2:26380#orders");
        assertThat(url.servers().get(0).getSentinels())
                .extracting(RedisURI::getPort)
                .containsExactly(26379, 26380);
        assertThat(url.servers().get(0).getSentinelMasterId()).isEqualTo("orders");
    }

    @Test
    void settings_overrideTheCredentialsOfTheUrl() {
        RedisUrl url = parse("redis://user:pass@db", "other", "word", Map.of());
        assertThat(password(url.servers().get(0))).isEqualTo("word");
    }

    @Test
    void ownKeys_areRead() {
        RedisUrl url = parse(
                "redis://db",
                null,
                null,
                Map.of(RedisSettings.REPLICAS_KEY, "2", RedisSettings.TOKEN_RETENTION_KEY, "2d"));
        assertThat(url.options().replicas()).isEqualTo(2);
        assertThat(url.options().tokenRetention()).isEqualTo(Duration.ofDays(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis://h1,h2 | several hosts",
                "redis://db?timeuot=3s | unknown parameter 'timeuot'",
                "redis://db?timeout=soon | not a duration",
                "redis://db?timeout=500 | not a duration",
                "redis://my_redis:70000 | no host and port",
                "redis://db?timeout=1ms | ioTimeout",
                "redis://db?cluster=yes | must be true or false",
                "redis://db/1?cluster=true | database 0",
                "redis://db/x | bad port or database",
                "redis:// | authority",
                "redis-sentinel://db | master",
                "redis-sentinel://db?cluster=true#master | goes with redis://",
                "redis://:s3cret%@db | percent-encoded",
                "redis://:s3cret/x@db | bad port",
                "redis-socket:///run/redis.sock | io.netty:netty-transport-native-epoll",
            })
    void mistakes_areNamed_withoutThePassword(String url, String what) {
        assertThatThrownBy(() -> parse(url))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining(what)
                .satisfies(failure ->
                        assertThat(failure.toString() + failure.getCause()).doesNotContain("s3cret"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"many", "-1"})
    void wrongReplicas_areRefused(String value) {
        assertThatThrownBy(() -> parse("redis://db", null, null, Map.of(RedisSettings.REPLICAS_KEY, value)))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("replicas")
                .hasMessageContaining(value);
    }

    @Test
    void userNameAlone_isRefused() {
        assertThatThrownBy(() -> parse("redis://db", "user", null, Map.of()))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("pawl.password");
    }

    /** Not with block(), whose annotations are not all on the class path: javac 25 says so. */
    private static String password(RedisURI server) {
        return new String(server.getCredentialsProvider()
                .resolveCredentials()
                .toFuture()
                .join()
                .getPassword());
    }

    private static RedisUrl parse(String url) {
        return parse(url, null, null, Map.of());
    }

    private static RedisUrl parse(
            String url, @Nullable String username, @Nullable String password, Map<String, String> properties) {
        return RedisUrl.parse(new BackendSettings(url, username, password, "pawl", properties));
    }
}
