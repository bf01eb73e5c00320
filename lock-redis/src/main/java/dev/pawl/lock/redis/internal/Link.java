package dev.pawl.lock.redis.internal;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The two connections of one backend: one for commands, one for wake-ups. Hides whether there is one server or a cluster. */
public final class Link {

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

    private final AbstractRedisClient client;
    private final StatefulConnection<String, String> commands;
    private final StatefulRedisPubSubConnection<String, String> signals;
    private final Function<@Nullable String, @Nullable String> nodeOfKey;
    private final Runnable afterClose;
    private final boolean cluster;

    private Link(
            AbstractRedisClient client,
            StatefulConnection<String, String> commands,
            StatefulRedisPubSubConnection<String, String> signals,
            Function<@Nullable String, @Nullable String> nodeOfKey,
            Runnable afterClose) {
        this.client = client;
        this.commands = commands;
        this.signals = signals;
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
            return new Link(
                    client,
                    commands,
                    client.connectPubSub(StringCodec.UTF8),
                    key -> address.hostAndPort(),
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
                    () -> {});
        } catch (RuntimeException e) {
            closeAfter(e, commands);
            throw e;
        }
    }

    private static void closeAfter(RuntimeException failure, @Nullable StatefulConnection<String, String> opened) {
        if (opened != null) {
            try {
                opened.close();
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
     */
    public void subscribe(String channel, Consumer<String> onMessage, Runnable onSubscribed, Duration patience)
            throws ExecutionException, TimeoutException, InterruptedException {
        signals.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String from, String message) {
                onMessage.accept(message);
            }

            @Override
            public void subscribed(String to, long count) {
                onSubscribed.run();
            }
        });
        signals.async().subscribe(channel).get(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Closes both connections, not the client. Waits a bounded time. */
    public void close() {
        CompletableFuture<Void> closing = CompletableFuture.allOf(signals.closeAsync(), commands.closeAsync());
        try {
            closing.get(CLOSE_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // The sockets are closed or the server is away; either way nothing more can be done here.
        } finally {
            afterClose.run();
        }
    }
}
