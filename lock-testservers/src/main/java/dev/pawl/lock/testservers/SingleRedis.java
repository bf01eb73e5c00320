package dev.pawl.lock.testservers;

import java.util.List;

/** One Redis server. */
public final class SingleRedis extends RedisServers {

    static final Shared<SingleRedis> shared = new Shared<>(SingleRedis::start);

    private final int port;

    private SingleRedis(int port) {
        super(List.of(port));
        this.port = port;
    }

    /**
     * Starts another server, for tests that need several that know nothing of one another.
     *
     * @return a running server, closed by the caller
     */
    public static SingleRedis start() {
        SingleRedis server = new SingleRedis(FreePorts.take(1).get(0));
        server.restart(false);
        return server;
    }

    /** Makes the server a replica of nobody who answers: it keeps its data and its connections, and takes no more writes. */
    public void demote() {
        demote(port);
    }

    /** Ends {@link #demote()}. */
    public void promote() {
        promote(port);
    }

    @Override
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    @Override
    List<RedisNode> nodes() {
        return List.of(RedisNode.data(port, ""));
    }

    @Override
    List<Integer> masters() {
        return List.of(port);
    }

    @Override
    int masterOf(String key) {
        return port;
    }

    @Override
    boolean isHealthy() {
        return RedisAdmin.isMaster(port);
    }
}
