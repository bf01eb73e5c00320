package dev.pawl.lock.redis;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.testkit.GuardedStore;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keys of Redis, one for each lock, and a client of its own. */
final class GuardedKeys implements GuardedStore {

    static final List<String> STEPS = List.of("begun", "written");

    final RedisFencingGuard guard;
    final RedisClusterCommands<String, String> commands;
    private final AbstractRedisClient client;
    private final StatefulConnection<String, String> connection;

    /** For a child JVM too. */
    GuardedKeys(String url) {
        if (url.contains("cluster=true")) {
            String[] nodes = url.replaceAll("^redis://|/?\\?.*$", "").split(",", -1);
            RedisClusterClient cluster = RedisClusterClient.create(RedisURI.create("redis://" + nodes[0]));
            StatefulRedisClusterConnection<String, String> connected = cluster.connect();
            client = cluster;
            connection = connected;
            commands = connected.sync();
            guard = RedisFencingGuard.create(cluster);
        } else {
            RedisClient single = RedisClient.create(url);
            StatefulRedisConnection<String, String> connected = single.connect();
            client = single;
            connection = connected;
            commands = connected.sync();
            guard = RedisFencingGuard.create(single);
        }
    }

    static String key(String lock) {
        return "text:" + GuardedStore.key(lock);
    }

    @Override
    public void write(FencingToken token, String value, Consumer<String> step) {
        step.accept("begun");
        guard.set(token, key(token.lock()), value);
        step.accept("written");
    }

    @Override
    public @Nullable String read(String lock) {
        return commands.get(key(lock));
    }

    @Override
    public void reset(String lock, long floor) {
        guard.reset(lock, key(lock), floor);
    }

    @Override
    public void close() {
        guard.close();
        connection.close();
        client.shutdown();
    }
}
