package dev.pawl.lock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.RedisServers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a user of Redis may do who has what the pages say and no more. */
@Timeout(180)
final class RedisPermissionsTest {

    private static final Pattern SENTINELS = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");

    private final String name = "permissions-" + UUID.randomUUID();

    private static String commands(String file) {
        return RestrictedUser.listed(
                file, "+set +get +del +exists +pexpire +pttl +time +zadd +zpopmin +zrem +zrevrange +publish");
    }

    @Test
    void oneServer_wantsWhatThePageLists() {
        String rights = String.join(
                " ",
                RestrictedUser.listed("redis.md", RestrictedUser.LOCKS),
                commands("redis.md"),
                RestrictedUser.KEYS,
                RestrictedUser.CHANNELS);
        RestrictedUser.withUser(
                RedisServers.single(),
                rights,
                () -> RestrictedUser.usesLocks(name, RedisServers.single().url()));
    }

    @Test
    void semaphores_wantWhatThePageLists() {
        String rights = String.join(
                " ",
                RestrictedUser.LOCKS,
                commands("redis.md"),
                RestrictedUser.listed("redis.md", "+zrange +zrangebyscore +zscore"),
                RestrictedUser.KEYS,
                RestrictedUser.CHANNELS);
        RestrictedUser.withUser(RedisServers.single(), rights, () -> {
            String url = RedisServers.single().url();
            try (LockClient holder = RestrictedUser.connect(url);
                    LockClient waiter = RestrictedUser.connect(url)) {
                Lease held = Bench.get(holder.semaphore(name, 2).permits(2).acquireAsync());
                held.renew(Duration.ofSeconds(20));
                assertThat(waiter.semaphore(name, 2).tryAcquire()).isEmpty();
                CompletableFuture<Lease> next = waiter.semaphore(name, 2).acquireAsync(Duration.ofSeconds(20));
                held.close();
                Bench.get(next).close();
            }
        });
    }

    @Test
    void databaseAndNameOfTheClient_wantWhatThePageLists() {
        String rights = String.join(
                " ",
                RestrictedUser.LOCKS,
                commands("redis.md"),
                RestrictedUser.listed("redis.md", "+select"),
                RestrictedUser.listed("redis.md", "+client|setname"),
                RestrictedUser.KEYS,
                RestrictedUser.CHANNELS);
        RestrictedUser.withUser(
                RedisServers.single(),
                rights,
                () -> RestrictedUser.usesLocks(name, RedisServers.single().url() + "/1?clientName=shop"));
    }

    @Test
    void replicasThatConfirm_wantWhatThePageLists() {
        String rights = String.join(
                " ",
                RestrictedUser.LOCKS,
                commands("redis.md"),
                RestrictedUser.listed("redis.md", "+wait"),
                RestrictedUser.KEYS,
                RestrictedUser.CHANNELS);
        RedisServers servers = RedisServers.replicated();
        RestrictedUser.withUser(
                servers, rights, () -> RestrictedUser.usesLocks(name, servers.url(), "pawl.redis.replicas=1"));
    }

    @Test
    void cluster_wantsWhatThePageLists() {
        String rights = String.join(
                " ",
                RestrictedUser.LOCKS,
                commands("redis.md"),
                RestrictedUser.listed("redis.md", "+cluster|nodes"),
                RestrictedUser.KEYS,
                RestrictedUser.CHANNELS);
        RedisServers servers = RedisServers.cluster();
        RestrictedUser.withUser(servers, rights, () -> RestrictedUser.usesLocks(name, servers.url()));
    }

    @Test
    void fencingGuard_wantsWhatItsPageLists() {
        String rights =
                RestrictedUser.listed("fencing.md", "+evalsha +eval +get +set +del +hset") + " ~stock:* ~{stock:*";
        RedisServers servers = RedisServers.single();
        RestrictedUser.withUser(servers, rights, () -> {
            RedisURI uri = RedisURI.create(servers.url());
            uri.setAuthentication(RestrictedUser.USER, RestrictedUser.PASSWORD.toCharArray());
            try (RedisClient client = RedisClient.create(uri);
                    RedisFencingGuard guard = RedisFencingGuard.create(client)) {
                FencingToken token = new FencingToken("job", 7);
                guard.check(token, "stock:42");
                guard.set(token, "stock:42", "7");
                guard.hset(token, "{stock:42}:details", Map.of("colour", "red"));
                guard.reset("job", "stock:42", 0);
            }
        });
    }

    @Test
    void userWhoLacksACommand_isToldThat_andWhereTheListIs() {
        String rights = String.join(
                " ",
                RestrictedUser.LOCKS,
                commands("redis.md").replace("+zadd ", ""),
                RestrictedUser.KEYS,
                RestrictedUser.CHANNELS);
        RestrictedUser.withUser(RedisServers.single(), rights, () -> {
            try (LockClient holder = LockClient.connect(RedisServers.single().url());
                    LockClient waiter =
                            RestrictedUser.connect(RedisServers.single().url())) {
                Bench.hold(holder, name);
                assertThatThrownBy(() -> Bench.get(waiter.lock(name).acquireAsync()))
                        .hasStackTraceContaining("refuses its user a permission")
                        .hasStackTraceContaining("docs/redis.md");
            }
        });
    }

    // Sentinels

    private static void onEachSentinel(String password, Function<RedisCommands<String, String>, String> action) {
        SENTINELS.matcher(RedisServers.sentinel().url()).results().forEach(match -> {
            RedisURI uri = RedisURI.create("127.0.0.1", Integer.parseInt(match.group(1)));
            if (!password.isEmpty()) {
                uri.setAuthentication(password.toCharArray());
            }
            try (RedisClient client = RedisClient.create(uri);
                    StatefulRedisConnection<String, String> connection = client.connect()) {
                assertThat(action.apply(connection.sync())).isEqualTo("OK");
            }
        });
    }

    @Test
    void sentinelsWithAPasswordOfTheirOwn_areToldIt() {
        RedisServers servers = RedisServers.sentinel();
        String rights = String.join(
                " ", RestrictedUser.LOCKS, commands("redis.md"), RestrictedUser.KEYS, RestrictedUser.CHANNELS);
        RestrictedUser.withUser(servers, rights, () -> {
            onEachSentinel(
                    "", redis -> RestrictedUser.acl(redis, "SETUSER", "default", "resetpass", ">sentinel-secret"));
            try {
                RestrictedUser.usesLocks(name, servers.url(), "pawl.redis.sentinel-password=sentinel-secret");
                assertThatThrownBy(() -> RestrictedUser.connect(servers.url()))
                        .isInstanceOf(LockBackendException.class)
                        .hasMessageContaining("pawl.redis.sentinel-password");
                assertThatThrownBy(() -> RestrictedUser.connect(servers.url(), "pawl.redis.sentinel-password=wrong"))
                        .isInstanceOf(LockBackendException.class)
                        .hasMessageContaining("pawl.redis.sentinel-password");
            } finally {
                onEachSentinel("sentinel-secret", redis -> RestrictedUser.acl(redis, "SETUSER", "default", "nopass"));
            }
        });
    }
}
