package dev.pawl.lock.redis.internal;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The connections to the nodes of a cluster, by key. To give one up is to ask the others as well who is what by now. */
public final class ClusterConnections implements Function<String, WatchedConnection> {

    private final RedisClusterClient client;
    private final StatefulRedisClusterConnection<String, String> cluster;
    private final Map<String, WatchedConnection> lines = new ConcurrentHashMap<>();
    private final WatchedConnection uncovered;

    /** Takes a client, and its connection. */
    public ClusterConnections(RedisClusterClient client, StatefulRedisClusterConnection<String, String> cluster) {
        this.client = client;
        this.cluster = cluster;
        uncovered = new WatchedConnection(client::refreshPartitionsAsync);
    }

    @Override
    public WatchedConnection apply(String key) {
        RedisClusterNode node = cluster.getPartitions().getPartitionBySlot(SlotHash.getSlot(key));
        if (node == null) {
            return uncovered;
        }
        String id = node.getNodeId();
        WatchedConnection line = lines.get(id);
        return line == null ? lines.computeIfAbsent(id, unknown -> new WatchedConnection(() -> giveUp(unknown))) : line;
    }

    private void giveUp(String id) {
        RedisClusterNode node = cluster.getPartitions().getPartitionByNodeId(id);
        StatefulRedisConnection<String, String> connection = node == null ? null : connectionTo(node);
        if (connection != null) {
            WatchedConnection.disconnect(connection);
        }
        client.refreshPartitionsAsync();
    }

    /** Null if it is not made yet. */
    private @Nullable StatefulRedisConnection<String, String> connectionTo(RedisClusterNode node) {
        CompletableFuture<StatefulRedisConnection<String, String>> connection = cluster.getConnectionAsync(
                node.getUri().getHost(), node.getUri().getPort());
        return connection.isDone() && !connection.isCompletedExceptionally() ? connection.join() : null;
    }
}
