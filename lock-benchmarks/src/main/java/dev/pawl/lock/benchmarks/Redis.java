package dev.pawl.lock.benchmarks;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.redis.RedisBackend;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisServer;

/**
 * The server that is measured on, and one lettuce client for all who are measured: the floor and Pawl each get their own
 * connection from it, so that no setting of the client can favour one of them.
 */
final class Redis implements AutoCloseable {

    /** As many as the client behind a {@code redis://} URL of Pawl has. */
    private static final int THREADS = 2;

    private final RedisURI uri;
    private final @Nullable RedisServer embedded;
    private final ClientResources resources;
    private final RedisClient client;
    private final RedisCommands<String, String> probe;

    private Redis(RedisURI uri, @Nullable RedisServer embedded) {
        this.uri = uri;
        this.embedded = embedded;
        resources = DefaultClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .build();
        client = RedisClient.create(resources, uri);
        client.setOptions(ClientOptions.builder()
                .timeoutOptions(TimeoutOptions.create())
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .build());
        probe = connect().sync();
    }

    /**
     * Connects to a server.
     *
     * @param url null or empty to start one, which ends with {@link #close()}
     */
    static Redis open(@Nullable String url) {
        if (url != null && !url.isEmpty()) {
            return new Redis(RedisURI.create(url), null);
        }
        try {
            int port = freePort();
            RedisServer server = RedisServer.newRedisServer()
                    .port(port)
                    .bind("127.0.0.1")
                    .setting("save \"\"")
                    .setting("appendonly no")
                    .build();
            server.start();
            return new Redis(RedisURI.create("127.0.0.1", port), server);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the embedded redis-server", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    RedisURI uri() {
        return uri;
    }

    /** A connection of its own. */
    StatefulRedisConnection<String, String> connect() {
        return client.connect(StringCodec.UTF8);
    }

    /** A Pawl client with connections of its own. */
    LockClient locks() {
        return LockClient.using(RedisBackend.create(client), LockOptions.defaults());
    }

    /** Apart from what is measured. */
    RedisCommands<String, String> probe() {
        return probe;
    }

    /** For those who connect by themselves. */
    RedisClient client() {
        return client;
    }

    String version() {
        return info("redis_version");
    }

    String processId() {
        return info("process_id");
    }

    private String info(String field) {
        Matcher matcher = Pattern.compile(field + ":(\\S+)").matcher(probe.info("server"));
        return matcher.find() ? matcher.group(1) : "?";
    }

    @Override
    public void close() {
        client.shutdown(0, 1, TimeUnit.SECONDS);
        resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        if (embedded != null) {
            try {
                embedded.stop();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot stop the embedded redis-server", e);
            }
        }
    }
}
