package dev.pawl.lock.examples;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockException;
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
import java.util.function.Supplier;

/** Books in keys of the Redis that the locks are in, or of one master where they are in several. */
final class RedisLedger implements Ledger {

    private final AbstractRedisClient client;
    private final StatefulConnection<String, String> connection;
    private final RedisClusterCommands<String, String> redis;
    private final RedisFencingGuard guard;

    RedisLedger(String url) throws IOException {
        if (url.contains("cluster=true")) {
            RedisClusterClient cluster = RedisClusterClient.create(RedisClusterURIUtil.toRedisURIs(URI.create(url)));
            StatefulRedisClusterConnection<String, String> connected = connected(cluster, cluster::connect);
            client = cluster;
            connection = connected;
            redis = connected.sync();
            guard = connected(cluster, () -> RedisFencingGuard.create(cluster));
        } else {
            RedisClient single = RedisClient.create(url);
            StatefulRedisConnection<String, String> connected = connected(single, single::connect);
            client = single;
            connection = connected;
            redis = connected.sync();
            guard = connected(single, () -> RedisFencingGuard.create(single));
        }
    }

    /** At the first of several masters that is there: the resource is one, whoever gives out the tokens. */
    static RedisLedger atFirstOf(String redlock) throws IOException {
        String masters = redlock.substring(redlock.indexOf("//") + 2).replaceFirst("[/?].*", "");
        String scheme = redlock.contains("tls=true") ? "rediss://" : "redis://";
        IOException last = new IOException("no master is named in the URL");
        for (String master : masters.split(",", -1)) {
            try {
                return new RedisLedger(scheme + master);
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    private static <T> T connected(AbstractRedisClient client, Supplier<T> connect) throws IOException {
        try {
            return connect.get();
        } catch (RedisException | LockException e) {
            client.shutdown();
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
