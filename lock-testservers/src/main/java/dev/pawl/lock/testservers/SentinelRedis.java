package dev.pawl.lock.testservers;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.ListOfMapsOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Redis master, its replica, and three sentinels that know one another from the start. The sentinels wait longer than any
 * pause of a test before they fail over by themselves; {@link #failOver()} does not wait.
 */
public final class SentinelRedis extends RedisServers {

    /** The name under which the sentinels know the master. */
    public static final String MASTER_NAME = "pawl";

    static final Shared<SentinelRedis> shared = new Shared<>(SentinelRedis::start);

    private final List<Integer> sentinels;
    private volatile int master;
    private volatile int replica;
    private boolean sentinelsPaused;

    private SentinelRedis(List<Integer> ports) {
        super(ports);
        master = ports.get(0);
        replica = ports.get(1);
        sentinels = ports.subList(2, ports.size());
    }

    static SentinelRedis start() {
        SentinelRedis servers = new SentinelRedis(FreePorts.take(5));
        servers.restart(false);
        return servers;
    }

    @Override
    public String url() {
        return sentinels.stream()
                .map(port -> "127.0.0.1:" + port)
                .collect(Collectors.joining(",", "redis-sentinel://", "#" + MASTER_NAME));
    }

    /**
     * Kills the master and has the sentinels promote the replica, which may lack the last writes: replication is
     * asynchronous. Returns when all sentinels name the new master. The old one stays dead until {@link #restart} or {@link
     * #heal}, and until then there is no other replica to fail over to.
     */
    public synchronized void failOver() {
        failOver(() -> kill(List.of(master)));
    }

    private void failOver(Runnable harm) {
        if (tilted()) {
            kill(sentinels);
            startSentinels();
            await("the sentinels are not ready", this::isHealthy);
        }
        harm.run();
        sentinel(sentinels.get(0), "FAILOVER", new StatusOutput<>(StringCodec.UTF8));
        int promoted = replica;
        replica = master;
        master = promoted;
        await(
                "the sentinels have not failed over",
                () -> RedisAdmin.isMaster(master) && sentinels.stream().allMatch(this::namesMaster));
    }

    /**
     * Stops the master from answering, with its connections open, and has the sentinels promote the replica. Returns when all sentinels
     * name the new master. The old one stays as it is until {@link #heal}.
     */
    public synchronized void failOverWhileTheMasterHangs() {
        failOver(() -> signal(Signal.STOP, List.of(master)));
    }

    @Override
    public synchronized void pause() {
        sentinelsPaused = true;
        super.pause();
    }

    /** One after the other: a replica that misses its master at first tries again a second later, a sentinel ten later. */
    @Override
    void startAll(boolean keepData) {
        start(List.of(masterNode()), keepData);
        await("the master does not answer", () -> RedisAdmin.isMaster(master));
        start(List.of(replicaNode()), keepData);
        await("the replica has not joined", this::replicaHasJoined);
        startSentinels();
    }

    private void startSentinels() {
        start(sentinelNodes(), false);
        sentinelsPaused = false;
    }

    @Override
    boolean isSpoiled() {
        return tilted();
    }

    /**
     * Whether sentinels do nothing for the next 30 s ("tilt mode"), as they do when they have slept for 2 s; one that has just
     * been resumed may not know yet.
     */
    private boolean tilted() {
        return sentinelsPaused
                || sentinels.stream()
                        .anyMatch(port -> RedisAdmin.info(port, "sentinel").contains("sentinel_tilt:1"));
    }

    @Override
    List<RedisNode> nodes() {
        return Stream.concat(Stream.of(masterNode(), replicaNode()), sentinelNodes().stream())
                .toList();
    }

    private RedisNode masterNode() {
        return RedisNode.data(master, "");
    }

    private RedisNode replicaNode() {
        return RedisNode.data(replica, "replicaof 127.0.0.1 " + master + "\n");
    }

    private List<RedisNode> sentinelNodes() {
        return sentinels.stream().map(this::sentinelNode).toList();
    }

    private RedisNode sentinelNode(int port) {
        String others = sentinels.stream()
                .filter(other -> other != port)
                .map(other -> "sentinel known-sentinel %s 127.0.0.1 %d %040x\n".formatted(MASTER_NAME, other, other))
                .collect(Collectors.joining());
        return RedisNode.sentinel(port, """
                sentinel myid %1$040x
                sentinel monitor %2$s 127.0.0.1 %3$d 2
                sentinel down-after-milliseconds %2$s 15000
                sentinel failover-timeout %2$s 5000
                sentinel known-replica %2$s 127.0.0.1 %4$d
                """.formatted(port, MASTER_NAME, master, replica) + others);
    }

    @Override
    List<Integer> masters() {
        return List.of(master);
    }

    @Override
    int masterOf(String key) {
        return master;
    }

    @Override
    boolean isHealthy() {
        return RedisAdmin.isMaster(master)
                && replicaHasJoined()
                && sentinels.stream().allMatch(port -> namesMaster(port) && canFailOver(port));
    }

    private boolean replicaHasJoined() {
        return RedisAdmin.info(replica, "replication").contains("master_link_status:up");
    }

    private boolean namesMaster(int port) {
        List<String> address = sentinel(port, "GET-MASTER-ADDR-BY-NAME", new ValueListOutput<>(StringCodec.UTF8));
        return address.equals(List.of("127.0.0.1", Integer.toString(master)));
    }

    /** Whether it reaches the other sentinels, and has seen the replica in step. */
    private boolean canFailOver(int port) {
        return sentinel(port, "CKQUORUM", new StatusOutput<>(StringCodec.UTF8))
                        .startsWith("OK " + sentinels.size() + " usable")
                && sentinel(port, "REPLICAS", new ListOfMapsOutput<>(StringCodec.UTF8)).stream()
                        .anyMatch(seen ->
                                "slave".equals(seen.get("flags")) && "ok".equals(seen.get("master-link-status")));
    }

    private static <T> T sentinel(int port, String subcommand, CommandOutput<String, String, T> answer) {
        CommandArgs<String, String> arguments =
                new CommandArgs<>(StringCodec.UTF8).add(subcommand).add(MASTER_NAME);
        return RedisAdmin.ask(port, redis -> redis.dispatch(CommandType.SENTINEL, answer, arguments));
    }
}
