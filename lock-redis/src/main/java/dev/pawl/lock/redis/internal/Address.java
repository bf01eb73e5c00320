package dev.pawl.lock.redis.internal;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Where a connection leads: lettuce tells it only when one is made, and again after a failover. */
final class Address implements RedisConnectionStateListener {

    /** What was made before we knew which connection is ours; another's client may open several at once. */
    private final Map<Object, String> seen = new ConcurrentHashMap<>();

    private volatile @Nullable Object followed;
    private volatile @Nullable String last;

    void follow(StatefulConnection<String, String> connection) {
        followed = connection;
        last = seen.get(connection);
        seen.clear();
    }

    @Nullable
    String hostAndPort() {
        return last;
    }

    @Override
    public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
        Object ours = followed;
        if (ours == null) {
            seen.put(connection, text(address));
        } else if (ours == connection) {
            last = text(address);
        }
    }

    private static String text(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? text(inet.getHostString(), inet.getPort())
                : address.toString();
    }

    static String text(String host, int port) {
        boolean bare = host.indexOf(':') >= 0 && !host.startsWith("[");
        return (bare ? "[" + host + "]" : host) + ":" + port;
    }
}
