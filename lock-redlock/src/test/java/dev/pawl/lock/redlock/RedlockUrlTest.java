package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.redis.internal.RedisUrl;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.LockBackendProvider;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedlockUrlTest {

    private static RedlockUrl parse(String url) {
        return parse(url, null);
    }

    private static RedlockUrl parse(String url, @Nullable String password) {
        return RedlockUrl.parse(new BackendSettings(url, null, password, "shop", Map.of()));
    }

    @Test
    void provider_isFound() {
        assertThat(ServiceLoader.load(LockBackendProvider.class))
                .anyMatch(provider -> provider instanceof RedlockBackendProvider
                        && provider.schemes().contains("redlock"));
    }

    @Test
    void eachHost_isAMaster() {
        RedlockUrl url = parse("redlock://h1:7001,h2,[::1]:7003/2?timeout=250ms");
        assertThat(url.names()).containsExactly("h1:7001", "h2:6379", "[::1]:7003");
        assertThat(url.options().ioTimeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(url.options().namespace()).isEqualTo("shop");
        assertThat(url.masters())
                .allSatisfy(master -> assertThat(uri(master).getDatabase()).isEqualTo(2))
                .allSatisfy(master -> assertThat(uri(master).isSsl()).isFalse());
    }

    private static RedisURI uri(RedisUrl master) {
        return master.servers().get(0);
    }

    @Test
    void tls_isAParameter() {
        assertThat(parse("redlock://h1,h2,h3?tls=true&timeout=1s").masters())
                .allSatisfy(master -> assertThat(uri(master).isSsl()).isTrue());
        assertThat(parse("redlock://h1,h2,h3/?tls=false").masters())
                .allSatisfy(master -> assertThat(uri(master).isSsl()).isFalse());
        assertThatThrownBy(() -> parse("redlock://h1,h2,h3?tls=maybe"))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("tls=maybe");
    }

    /** Not with block(), whose annotations are not all on the class path: javac 25 says so. */
    @Test
    void credentials_areForEveryMaster() {
        for (RedlockUrl url : List.of(parse("redlock://:s3cret@h1,h2,h3"), parse("redlock://h1,h2,h3", "s3cret"))) {
            assertThat(url.masters())
                    .extracting(master -> uri(master)
                            .getCredentialsProvider()
                            .resolveCredentials()
                            .toFuture()
                            .join())
                    .allSatisfy(
                            credentials -> assertThat(credentials.getPassword()).isEqualTo("s3cret".toCharArray()));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "redlock://h1,h2                     | odd number of masters is needed, three or more, but got 2",
                "redlock://h1                        | three or more, but got 1",
                "redlock://h1,h2,h3,h4               | but got 4",
                "redlock://h1:1,h2:2,h1:1            | twice, h1:1",
                "redlock://h1,h2,H1:6379             | twice, h1:6379",
                "redlock://h1,h2,                    | '' is no host",
                "redlock://h1,h2,h3:x                | 'h3:x' is no host",
                "redlock://h1,h2,h3?cluster=true     | cluster",
                "redlock://h1,h2,h3?colour=red       | unknown parameter 'colour'",
                "redlock://h1,h2,h3?timeout=soon     | not a duration",
                "redlock://u:p/w@h1,h2,h3            | percent-encoded",
            })
    void whatIsWrong_isRefusedBeforeAnyIo(String url, String message) {
        assertThatThrownBy(() -> parse(url))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("p/w");
    }

    @Test
    void clientsThatCannotMakeAMajority_areRefusedBeforeAnyIo() {
        RedisClient one = RedisClient.create("redis://192.0.2.1");
        RedisClient other = RedisClient.create("redis://192.0.2.2");
        assertThatThrownBy(() -> RedlockBackend.builder(List.of(one, other)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("clients: an odd number");
        assertThatThrownBy(() -> RedlockBackend.create(List.of(one, other, one)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("twice");
        one.shutdown();
        other.shutdown();
    }
}
