package dev.pawl.lock.testservers;

import io.lettuce.core.cluster.SlotHash;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A Redis Cluster of three masters. They start from a {@code nodes.conf} that already knows all three, as after a restart, so
 * that nothing has to be joined; but a master waits 2 s after its start before it takes the cluster for complete
 * ({@code CLUSTER_WRITABLE_DELAY} in Redis's {@code cluster.c}).
 */
public final class ClusterRedis extends RedisServers {

    private static final int MASTERS = 3;

    static final Shared<ClusterRedis> shared = new Shared<>(ClusterRedis::start);

    private final List<Integer> ports;

    private ClusterRedis(List<Integer> ports) {
        super(ports);
        this.ports = ports;
    }

    static ClusterRedis start() {
        ClusterRedis servers = new ClusterRedis(FreePorts.take(MASTERS));
        servers.restart(false);
        return servers;
    }

    @Override
    public String url() {
        return ports.stream()
                .map(port -> "127.0.0.1:" + port)
                .collect(Collectors.joining(",", "redis://", "?cluster=true"));
    }

    /**
     * Where each master listens on the loopback address.
     *
     * @return its ports
     */
    public List<Integer> ports() {
        return ports;
    }

    @Override
    List<RedisNode> nodes() {
        return ports.stream().map(this::node).toList();
    }

    private RedisNode node(int port) {
        // The node timeout is longer than any pause of a test, so that nodes do not take each other for dead meanwhile.
        return RedisNode.data(port, """
                        cluster-enabled yes
                        cluster-config-file nodes.conf
                        cluster-announce-ip 127.0.0.1
                        cluster-node-timeout 15000
                        """).with("nodes.conf", nodesAsSeenFrom(port));
    }

    /** The format is that of {@code CLUSTER NODES}. */
    private String nodesAsSeenFrom(int self) {
        return IntStream.range(0, MASTERS)
                .mapToObj(i -> {
                    int port = ports.get(i);
                    return "%040x 127.0.0.1:%d@%d %smaster - 0 0 %d connected %s\n"
                            .formatted(
                                    port,
                                    port,
                                    port + FreePorts.CLUSTER_BUS_OFFSET,
                                    port == self ? "myself," : "",
                                    i + 1,
                                    slots(i));
                })
                .collect(Collectors.joining("", "", "vars currentEpoch " + MASTERS + " lastVoteEpoch 0\n"));
    }

    private static String slots(int master) {
        return firstSlot(master) + "-" + (firstSlot(master + 1) - 1);
    }

    private static int firstSlot(int master) {
        return master * SlotHash.SLOT_COUNT / MASTERS;
    }

    @Override
    List<Integer> masters() {
        return ports;
    }

    @Override
    int masterOf(String key) {
        int slot = SlotHash.getSlot(key);
        return ports.get(IntStream.range(0, MASTERS)
                .filter(i -> slot < firstSlot(i + 1))
                .findFirst()
                .orElseThrow());
    }

    @Override
    boolean isHealthy() {
        return IntStream.range(0, MASTERS)
                .allMatch(i -> RedisAdmin.ask(ports.get(i), redis -> {
                    List<String> info = redis.clusterInfo().lines().toList();
                    return info.contains("cluster_state:ok")
                            && info.contains("cluster_known_nodes:" + MASTERS)
                            && redis.clusterNodes()
                                    .lines()
                                    .anyMatch(line -> line.contains("myself") && line.endsWith(" " + slots(i)));
                }));
    }
}
