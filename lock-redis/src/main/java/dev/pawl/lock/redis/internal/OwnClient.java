package dev.pawl.lock.redis.internal;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The client behind a URL: few threads, all daemons, and closed with its backend. */
public final class OwnClient {

    /** lettuce's least. Two connections need no more. */
    private static final int THREADS = 2;

    private static final long CLOSE_PATIENCE_MILLIS = 1_000;

    /** A waiter looks again every second or so; a reconnect that comes much later would be the longer wait. */
    private static final Duration LONGEST_RECONNECT_DELAY = Duration.ofSeconds(1);

    private static final Duration TOPOLOGY_LOOK = Duration.ofSeconds(30);

    private final ClientResources resources;
    private final AbstractRedisClient client;

    private OwnClient(ClientResources resources, AbstractRedisClient client) {
        this.resources = resources;
        this.client = client;
    }

    /** A client with threads of its own. */
    public static OwnClient create(RedisUrl url) {
        ClientResources resources = newResources();
        return new OwnClient(resources, url.cluster() ? cluster(resources, url) : single(resources, url));
    }

    /** The few threads that one client needs, or several that share them. */
    public static ClientResources newResources() {
        return DefaultClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .reconnectDelay(() ->
                        Delay.exponential(Duration.ofMillis(1), LONGEST_RECONNECT_DELAY, 2, TimeUnit.MILLISECONDS))
                .build();
    }

    /** A client of one server, or of its Sentinels, on threads that others may share. */
    public static RedisClient single(ClientResources resources, RedisUrl url) {
        RedisClient client = RedisClient.create(resources, url.servers().get(0));
        client.setOptions(tuned(ClientOptions.builder(), url).build());
        return client;
    }

    private static RedisClusterClient cluster(ClientResources resources, RedisUrl url) {
        RedisClusterClient client = RedisClusterClient.create(resources, url.servers());
        ClusterClientOptions.Builder options = ClusterClientOptions.builder()
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(TOPOLOGY_LOOK)
                        .build());
        tuned(options, url);
        client.setOptions(options.build());
        return client;
    }

    private static ClientOptions.Builder tuned(ClientOptions.Builder options, RedisUrl url) {
        return options
                // Calls times them out.
                .timeoutOptions(TimeoutOptions.create())
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(url.options().ioTimeout())
                        .keepAlive(SocketOptions.KeepAliveOptions.builder()
                                .enable()
                                .idle(Duration.ofSeconds(10))
                                .interval(Duration.ofSeconds(2))
                                .count(3)
                                .build())
                        .build());
    }

    public Link open() {
        return client instanceof RedisClusterClient cluster ? Link.open(cluster) : Link.open((RedisClient) client);
    }

    /** Waits a bounded time for the threads to end. */
    public void close() {
        close(client);
        close(resources);
    }

    /** Closes a client, within a bounded time. */
    public static void close(AbstractRedisClient client) {
        client.shutdown(0, CLOSE_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Ends the threads, within a bounded time. */
    public static void close(ClientResources resources) {
        resources.shutdown(0, CLOSE_PATIENCE_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_PATIENCE_MILLIS);
    }
}
