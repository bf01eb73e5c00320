package dev.pawl.lock.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/** A real redis-server and a look into it. {@code -Dpawl.test.redis-server=<file>} takes another one than the embedded. */
final class TestServer implements AutoCloseable {

    private static final Pattern PID = Pattern.compile("process_id:(\\d+)");

    private final int port;
    private final RedisServer server;
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    private TestServer(int port, RedisServer server, RedisURI uri) {
        this.port = port;
        this.server = server;
        client = RedisClient.create(uri);
        connection = client.connect();
    }

    static TestServer start(String... settings) {
        return launch("", settings);
    }

    static TestServer startWithPassword(String password) {
        return launch(password, "requirepass " + password);
    }

    private static TestServer launch(String password, String... settings) {
        try {
            int port = freePort();
            RedisServerBuilder builder = RedisServer.newRedisServer()
                    .port(port)
                    .bind("127.0.0.1")
                    .setting("save \"\"")
                    .setting("appendonly no");
            String other = System.getProperty("pawl.test.redis-server");
            if (other != null) {
                builder.executableProvider(() -> new File(other));
            }
            for (String setting : settings) {
                builder.setting(setting);
            }
            RedisServer server = builder.build();
            server.start();
            RedisURI uri = RedisURI.create("127.0.0.1", port);
            if (!password.isEmpty()) {
                uri.setAuthentication(password);
            }
            return new TestServer(port, server, uri);
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

    String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** A client for a backend to borrow. */
    RedisClient client() {
        return client;
    }

    RedisCommands<String, String> redis() {
        return connection.sync();
    }

    /** How often a command was called since the last {@code CONFIG RESETSTAT}. */
    long calls(String command) {
        Matcher matcher = Pattern.compile("cmdstat_" + Pattern.quote(command) + ":calls=(\\d+)")
                .matcher(redis().info("commandstats"));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    /** Stops the process without ending it. */
    Suspension suspend() {
        Matcher matcher = PID.matcher(redis().info("server"));
        if (!matcher.find()) {
            throw new IllegalStateException("no process_id in INFO server");
        }
        String pid = matcher.group(1);
        signal("-STOP", pid);
        return () -> signal("-CONT", pid);
    }

    private static void signal(String signal, String pid) {
        try {
            new ProcessBuilder("kill", signal, pid).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
        try {
            server.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends with {@link #close}. */
    interface Suspension extends AutoCloseable {
        @Override
        void close();
    }
}
