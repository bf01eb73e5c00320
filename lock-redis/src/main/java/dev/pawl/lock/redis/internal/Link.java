package dev.pawl.lock.redis.internal;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The two connections of one backend: one for commands, one for wake-ups. Hides whether there is one server or a cluster. */
public final class Link {

    private static final int KEYS_AT_ONCE = 1_000;

    private final AbstractRedisClient client;
    private final StatefulConnection<String, String> commands;
    private final Signals signals;
    private final Function<@Nullable String, @Nullable String> nodeOfKey;
    private final Function<String, WatchedConnection> lineOfKey;
    private final Runnable afterClose;
    private final boolean cluster;

    private Link(
            AbstractRedisClient client,
            StatefulConnection<String, String> commands,
            StatefulRedisPubSubConnection<String, String> signals,
            Function<@Nullable String, @Nullable String> nodeOfKey,
            Function<String, WatchedConnection> lineOfKey,
            Runnable afterClose) {
        this.client = client;
        this.commands = commands;
        this.signals = new Signals(signals, WatchedConnection.on(signals));
        this.lineOfKey = lineOfKey;
        this.nodeOfKey = nodeOfKey;
        this.afterClose = afterClose;
        cluster = client instanceof RedisClusterClient;
    }

    /** Connects to one server or its Sentinels; closes what it opened when that fails. */
    public static Link open(RedisClient client) {
        Address address = new Address();
        client.addListener(address);
        StatefulConnection<String, String> commands = null;
        try {
            commands = client.connect(StringCodec.UTF8);
            address.follow(commands);
            WatchedConnection line = WatchedConnection.on(commands);
            return new Link(
                    client,
                    commands,
                    client.connectPubSub(StringCodec.UTF8),
                    key -> address.hostAndPort(),
                    key -> line,
                    () -> client.removeListener(address));
        } catch (RuntimeException e) {
            client.removeListener(address);
            closeAfter(e, commands);
            throw e;
        }
    }

    /** Connects to a cluster; closes what it opened when that fails. */
    public static Link open(RedisClusterClient client) {
        StatefulRedisClusterConnection<String, String> commands = null;
        try {
            commands = client.connect(StringCodec.UTF8);
            StatefulRedisClusterConnection<String, String> connected = commands;
            return new Link(
                    client,
                    commands,
                    client.connectPubSub(StringCodec.UTF8),
                    key -> key == null ? null : nodeOf(connected, key),
                    new ClusterConnections(client, connected),
                    () -> {});
        } catch (RuntimeException e) {
            closeAfter(e, commands);
            throw e;
        }
    }

    private static void closeAfter(RuntimeException failure, @Nullable StatefulConnection<String, String> opened) {
        if (opened != null) {
            try {
                Closing.await(opened.closeAsync());
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
        }
    }

    private static @Nullable String nodeOf(StatefulRedisClusterConnection<String, String> connection, String key) {
        RedisClusterNode node = connection.getPartitions().getPartitionBySlot(SlotHash.getSlot(key));
        return node == null
                ? null
                : Address.text(node.getUri().getHost(), node.getUri().getPort());
    }

    public ClientResources resources() {
        return client.getResources();
    }

    public boolean isCluster() {
        return cluster;
    }

    /** Whether the connection for commands stands at the moment. */
    public boolean isOpen() {
        return commands.isOpen();
    }

    /** The server that a key belongs to, or null where that is not known. */
    public @Nullable String nodeOf(@Nullable String key) {
        return nodeOfKey.apply(key);
    }

    void send(Call call) {
        try {
            commands.dispatch(call);
        } catch (RuntimeException e) {
            call.completeExceptionally(e);
        }
    }

    /** With one flush for all. */
    void send(List<Call> calls) {
        try {
            commands.dispatch(calls);
        } catch (RuntimeException e) {
            calls.forEach(call -> call.completeExceptionally(e));
        }
    }

    /**
     * Listens on a channel; returns when the server has confirmed.
     *
     * @param onMessage what to do with a message
     * @param onSubscribed what to do when the subscription stands, and stands again after a reconnect
     * @param isAwaited whether anybody waits for a message
     */
    public void subscribe(
            String channel,
            Consumer<String> onMessage,
            Runnable onSubscribed,
            BooleanSupplier isAwaited,
            Duration patience)
            throws ExecutionException, TimeoutException, InterruptedException {
        signals.subscribe(channel, onMessage, onSubscribed, isAwaited, patience);
    }

    /** Asks the server which Redis it is. */
    public Version askVersion() {
        AsyncCommand<String, String, String> info = new AsyncCommand<>(new Command<>(
                CommandType.INFO,
                new StatusOutput<>(StringCodec.UTF8),
                new CommandArgs<>(StringCodec.UTF8).add("server")));
        commands.dispatch(info);
        return new Version(info.toCompletableFuture());
    }

    /** One step of a look through the keys of one server, from where the last one ended. It keeps that server busy for about a millisecond. */
    static CompletableFuture<KeyScanCursor<String>> scan(Master master, String pattern, ScanCursor from) {
        ScanArgs step = ScanArgs.Builder.limit(KEYS_AT_ONCE).match(pattern);
        return master.connection()
                .thenCompose(connection -> connection.async().scan(from, step))
                .toCompletableFuture();
    }

    /** The masters that have keys; one that a cluster has just been given may be missing. */
    @SuppressWarnings("unchecked") // The connection is what open() has made.
    List<Master> masters() {
        if (commands instanceof StatefulRedisConnection<?, ?> one) {
            return List.of(() -> CompletableFuture.completedFuture((StatefulRedisConnection<String, String>) one));
        }
        StatefulRedisClusterConnection<String, String> all = (StatefulRedisClusterConnection<String, String>) commands;
        return all.getPartitions().stream()
                .filter(node -> node.is(RedisClusterNode.NodeFlag.UPSTREAM)
                        && !node.getSlots().isEmpty())
                .map(RedisClusterNode::getUri)
                .<Master>map(uri -> () -> all.getConnectionAsync(uri.getHost(), uri.getPort()))
                .toList();
    }

    /** A server that has keys, by the connection for commands to it. */
    @FunctionalInterface
    interface Master {
        CompletableFuture<StatefulRedisConnection<String, String>> connection();
    }

    /** The connection on which requests for a key go. */
    WatchedConnection line(String key) {
        return lineOfKey.apply(key);
    }

    /** The connection for wake-ups. */
    Signals signals() {
        return signals;
    }

    /** Closes both connections, not the client. Waits a bounded time. */
    public void close() {
        try {
            Closing.await(CompletableFuture.allOf(signals.closeAsync(), commands.closeAsync()));
        } finally {
            afterClose.run();
        }
    }
}
