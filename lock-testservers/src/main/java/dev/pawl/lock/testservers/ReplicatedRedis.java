package dev.pawl.lock.testservers;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A Redis master and its replica, which change places when they are told to: nobody watches them. */
public final class ReplicatedRedis extends RedisServers {

    static final Shared<ReplicatedRedis> shared = new Shared<>(ReplicatedRedis::start);

    private static final ProtocolKeyword FAILOVER = new ProtocolKeyword() {
        @Override
        public byte[] getBytes() {
            return toString().getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public String toString() {
            return "FAILOVER";
        }
    };

    private volatile int master;
    private volatile int replica;

    private ReplicatedRedis(List<Integer> ports) {
        super(ports);
        master = ports.get(0);
        replica = ports.get(1);
    }

    private static ReplicatedRedis start() {
        ReplicatedRedis servers = new ReplicatedRedis(FreePorts.take(2));
        servers.restart(false);
        return servers;
    }

    /**
     * {@inheritDoc}
     *
     * @return where the master is now
     */
    @Override
    public String url() {
        return "redis://127.0.0.1:" + master;
    }

    /**
     * Where the master listens now.
     *
     * @return its port at 127.0.0.1
     */
    public int masterPort() {
        return master;
    }

    /**
     * Makes the replica the master, and the master its replica; not one write is lost. Connections stay open: the server that
     * was the master answers writes by {@code READONLY} from now on.
     */
    public synchronized void switchOver() {
        RedisAdmin.ask(master, redis -> redis.dispatch(FAILOVER, new StatusOutput<>(StringCodec.UTF8)));
        int promoted = replica;
        replica = master;
        master = promoted;
        await("master and replica have not changed places", this::isHealthy);
    }

    /** Stops the replica from answering; its connections stay open. */
    public void pauseReplica() {
        signal(Signal.STOP, List.of(replica));
    }

    /** Ends {@link #pauseReplica()}. */
    public void resumeReplica() {
        signal(Signal.CONT, List.of(replica));
    }

    @Override
    void startAll(boolean keepData) {
        start(List.of(nodes().get(0)), keepData);
        await("the master does not answer", () -> RedisAdmin.isMaster(master));
        start(List.of(nodes().get(1)), keepData);
    }

    @Override
    List<RedisNode> nodes() {
        return List.of(RedisNode.data(master, ""), RedisNode.data(replica, "replicaof 127.0.0.1 " + master + "\n"));
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
                && RedisAdmin.info(replica, "replication").contains("master_link_status:up");
    }
}
