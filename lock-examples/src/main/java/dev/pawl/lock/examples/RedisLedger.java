package dev.pawl.lock.examples;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.redis.RedisFencingGuard;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.io.IOException;
import java.net.URI;

/** Books in keys of the Redis that the locks are in. */
final class RedisLedger implements Ledger {

    private final AbstractRedisClient client;
    private final StatefulConnection<String, String> connection;
    private final RedisClusterCommands<String, String> redis;
    private final RedisFencingGuard guard;

    RedisLedger(String url) throws IOException {
        try {
            if (url.contains("cluster=true")) {
                RedisClusterClient cluster =
                        RedisClusterClient.create(RedisClusterURIUtil.toRedisURIs(URI.create(url)));
                StatefulRedisClusterConnection<String, String> connected = cluster.connect();
                client = cluster;
                connection = connected;
                redis = connected.sync();
                guard = RedisFencingGuard.create(cluster);
            } else {
                RedisClient single = RedisClient.create(url);
                StatefulRedisConnection<String, String> connected = single.connect();
                client = single;
                connection = connected;
                redis = connected.sync();
                guard = RedisFencingGuard.create(single);
            }
        } catch (RedisException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static String key(String entry) {
        return "pawl-demo:" + entry;
    }

    @Override
    public String guard() {
        return RedisFencingGuard.class.getSimpleName();
    }

    @Override
    public String read(String entry) throws IOException {
        String text = redis.get(key(entry));
        if (text == null) {
            throw new IOException("no entry " + entry + " in the books");
        }
        return text;
    }

    @Override
    public void write(String entry, String text) {
        redis.set(key(entry), text);
    }

    @Override
    public void write(FencingToken token, String entry, String text) {
        guard.set(token, key(entry), text);
    }

    @Override
    public void remove(String entry) {
        redis.del(key(entry));
        guard.reset(Worker.COUPON, key(entry), 0);
    }

    @Override
    public void close() {
        guard.close();
        connection.close();
        client.shutdown();
    }
}
