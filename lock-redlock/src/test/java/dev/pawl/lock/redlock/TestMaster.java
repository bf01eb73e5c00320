package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.internal.Calls;
import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.RedisOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import redis.embedded.RedisServer;

/** A real redis-server, to which {@link Master}s connect. */
final class TestMaster implements AutoCloseable {

    private static final Duration IO_LIMIT = Duration.ofSeconds(5);

    private final int port;
    private final RedisServer server;
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    private TestMaster(int port, RedisServer server) {
        this.port = port;
        this.server = server;
        client = RedisClient.create(RedisURI.create("127.0.0.1", port));
        connection = client.connect();
    }

    static TestMaster start() {
        try {
            int port = freePort();
            RedisServer server = RedisServer.newRedisServer()
                    .port(port)
                    .bind("127.0.0.1")
                    .setting("save \"\"")
                    .setting("appendonly no")
                    .build();
            server.start();
            return new TestMaster(port, server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    RedisClient client() {
        return client;
    }

    RedisCommands<String, String> redis() {
        return connection.sync();
    }

    /** A node of a client of this name; closed with the server. */
    Master node(String clientId) {
        Master master = new Master(
                "127.0.0.1:" + port, RedisOptions.DEFAULTS, clientId, (micros, sent) -> {}, (nanos, action) -> {});
        Link link = Link.open(client);
        Calls calls = new Calls(link, IO_LIMIT);
        calls.start();
        master.connected(link, calls);
        return master;
    }

    @Override
    public void close() {
        client.shutdown();
        try {
            server.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
