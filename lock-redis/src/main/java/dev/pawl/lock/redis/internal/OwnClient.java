package dev.pawl.lock.redis.internal;

import dev.pawl.lock.spi.StartUp;
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
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The client behind a URL: few threads, all daemons, and closed with its backend. */
public final class OwnClient {

    private static final Logger LOG = LoggerFactory.getLogger(OwnClient.class);

    /** lettuce's least. Two connections need no more. */
    private static final int THREADS = 2;

    private static final long CLOSE_PATIENCE_MILLIS = Closing.PATIENCE.toMillis();

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
    public static OwnClient create(RedisUrl url, StartUp start) {
        ClientResources resources = newResources(start);
        try {
            return new OwnClient(resources, url.cluster() ? cluster(resources, url) : single(resources, url));
        } catch (Throwable e) {
            close(resources);
            throw e;
        }
    }

    /**
     * The few threads that one client needs, or several that share them.
     *
     * @param start told when the first connection is about to be made
     */
    public static ClientResources newResources(StartUp start) {
        return DefaultClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        start.begin();
                    }
                })
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

    @SuppressWarnings("deprecation") // of the triggers, which lettuce 6 does not have by itself
    private static RedisClusterClient cluster(ClientResources resources, RedisUrl url) {
        RedisClusterClient client = RedisClusterClient.create(resources, url.servers());
        ClusterClientOptions.Builder options = ClusterClientOptions.builder()
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(TOPOLOGY_LOOK)
                        // As lettuce does by itself from version 7 on.
                        .enableAllAdaptiveRefreshTriggers()
                        .adaptiveRefreshTriggersTimeout(LONGEST_RECONNECT_DELAY)
                        .build());
        tuned(options, url);
        client.setOptions(options.build());
        return client;
    }

    private static ClientOptions.Builder tuned(ClientOptions.Builder options, RedisUrl url) {
        switchMaintenanceOff(options);
        SocketOptions.Builder socket =
                SocketOptions.builder().connectTimeout(url.options().ioTimeout());
        return options
                // Calls times them out.
                .timeoutOptions(TimeoutOptions.create())
                .socketOptions(keptAlive(socket).build());
    }

    private static void switchMaintenanceOff(ClientOptions.Builder options) {
        try {
            Maintenance.off(options);
        } catch (LinkageError e) {
            LOG.debug("lettuce has no announcements of maintenance to switch off: {}", e.toString());
        }
    }

    /** Loaded by nobody else: lettuce has its class from version 7 on, and Spring Boot 3.5 and 4.0 bring version 6. */
    private static final class Maintenance {
        private static void off(ClientOptions.Builder options) {
            options.maintNotificationsConfig(MaintNotificationsConfig.disabled());
        }
    }

    /** Without the module {@code jdk.net}, as in a small runtime image, the system's own times must do. */
    private static SocketOptions.Builder keptAlive(SocketOptions.Builder socket) {
        if (ModuleLayer.boot().findModule("jdk.net").isEmpty()) {
            return socket.keepAlive(true);
        }
        return socket.keepAlive(SocketOptions.KeepAliveOptions.builder()
                .enable()
                .idle(Duration.ofSeconds(10))
                .interval(Duration.ofSeconds(2))
                .count(3)
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
        // Not shutdown(…), which waits without limit for the threads that its own limit is for.
        Closing.await(client.shutdownAsync(0, CLOSE_PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
    }

    /** Ends the threads, within a bounded time. */
    public static void close(ClientResources resources) {
        Closing.await(resources.shutdown(0, CLOSE_PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
    }
}
