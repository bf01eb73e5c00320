package dev.pawl.lock.testservers;

import io.lettuce.core.FlushMode;
import io.lettuce.core.KillArgs;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Redis servers in one topology. Those from {@link #single()}, {@link #replicated()}, {@link #sentinel()}, {@link #cluster()} and {@link #independent} start at first use
 * and are shared by all tests of the JVM, which leave them {@linkplain #heal() healed}.
 *
 * <p>What is asked of or done to a server goes through a connection of its own, opened for it: a server that was killed or
 * restarted leaves nothing behind here.
 */
public abstract sealed class RedisServers implements ServerFixture
        permits SingleRedis, ReplicatedRedis, SentinelRedis, ClusterRedis, IndependentRedis {

    /** A port that no server of this machine listens at. */
    private static final int NOBODY = 1;

    private final ServerProcesses processes;
    private final Set<Integer> running = new TreeSet<>();

    RedisServers(List<Integer> ports) {
        processes = ServerProvider.of("redis", "Redis newer than 6.2") == ServerProvider.DOCKER
                ? new DockerProcesses("redis", ports)
                : new EmbeddedProcesses(RedisExecutable.DIRECTORY.get());
    }

    /**
     * The shared single server.
     *
     * @return the same every time
     */
    public static SingleRedis single() {
        return SingleRedis.shared.get();
    }

    /**
     * The shared master and replica, without sentinels.
     *
     * @return the same every time
     */
    public static ReplicatedRedis replicated() {
        return ReplicatedRedis.shared.get();
    }

    /**
     * The shared master, replica and sentinels.
     *
     * @return the same every time
     */
    public static SentinelRedis sentinel() {
        return SentinelRedis.shared.get();
    }

    /**
     * The shared cluster of three masters.
     *
     * @return the same every time
     */
    public static ClusterRedis cluster() {
        return ClusterRedis.shared.get();
    }

    /**
     * The shared masters that know nothing of one another; each number of them has servers of its own.
     *
     * @param masters 3 or 5
     * @return the same every time
     */
    public static IndependentRedis independent(int masters) {
        return IndependentRedis.shared(masters);
    }

    /** What to start, in this order: servers of data before the sentinels that watch them. */
    abstract List<RedisNode> nodes();

    /** The ports of the servers that take writes. */
    abstract List<Integer> masters();

    /** The port of the master that has this key. */
    abstract int masterOf(String key);

    /** Whether the servers answer and agree with one another. May throw instead of returning false. */
    abstract boolean isHealthy();

    /** Whether something has happened to the servers that only a fresh start undoes. */
    boolean isSpoiled() {
        return false;
    }

    /**
     * Asks the master that has a key.
     *
     * @param <T> type of the answer
     * @param key the key, hash tag and all
     * @param question what to ask; must not keep the commands
     * @return the answer
     */
    public final <T> T onMasterOf(String key, Function<RedisCommands<String, String>, T> question) {
        return RedisAdmin.ask(masterOf(key), question);
    }

    /**
     * Asks every master.
     *
     * @param <T> type of an answer
     * @param question what to ask; must not keep the commands
     * @return their answers
     */
    public final <T> List<T> onEachMaster(Function<RedisCommands<String, String>, T> question) {
        return masters().stream().map(port -> RedisAdmin.ask(port, question)).toList();
    }

    /** Breaks every connection that subscribes to a channel, once; clients may reconnect. */
    public final void cutSubscriptions() {
        onEachMaster(redis -> redis.clientKill(KillArgs.Builder.typePubsub()));
    }

    @Override
    public final void cutConnections() {
        cutSubscriptions();
        onEachMaster(redis -> redis.clientKill(KillArgs.Builder.typeNormal()));
    }

    @Override
    public final synchronized void kill() {
        kill(List.copyOf(running));
    }

    final synchronized void kill(Collection<Integer> ports) {
        processes.signal(Signal.KILL, ports);
        running.removeAll(ports);
    }

    @Override
    public final synchronized void restart(boolean keepData) {
        kill();
        startAll(keepData);
        await("the Redis servers are not healthy", this::isHealthy);
    }

    /** Sends a signal to some of those that run. */
    final synchronized void signal(Signal signal, Collection<Integer> ports) {
        processes.signal(signal, ports.stream().filter(running::contains).toList());
    }

    static void demote(int port) {
        RedisAdmin.ask(port, redis -> redis.replicaof("127.0.0.1", NOBODY));
    }

    static void promote(int port) {
        RedisAdmin.ask(port, redis -> redis.replicaofNoOne());
    }

    /** Starts all servers; none of them runs. */
    void startAll(boolean keepData) {
        start(nodes(), keepData);
    }

    /** Starts servers that do not run, without waiting for them. */
    final void start(List<RedisNode> nodes, boolean keepData) {
        processes.start(
                nodes.stream()
                        .map(node -> node.listeningOn(processes.address()))
                        .toList(),
                keepData);
        nodes.forEach(node -> running.add(node.port()));
    }

    @Override
    public synchronized void pause() {
        processes.signal(Signal.STOP, inOrder().toList());
    }

    @Override
    public final synchronized void resume() {
        processes.signal(Signal.CONT, inOrder().toList());
    }

    /** Servers of data first: a sentinel that wakes before its master takes it for dead. */
    private Stream<Integer> inOrder() {
        return nodes().stream().map(RedisNode::port).filter(running::contains);
    }

    @Override
    public final synchronized void heal() {
        resume();
        if (running.size() < nodes().size() || !answers() || isSpoiled()) {
            restart(false);
        } else {
            onEachMaster(redis -> redis.flushall(FlushMode.ASYNC));
        }
    }

    private boolean answers() {
        try {
            return isHealthy();
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** Waits for a condition that may throw meanwhile; its failure tells what the servers logged. */
    final void await(String otherwise, Callable<Boolean> condition) {
        processes.await(otherwise, running, condition);
    }

    @Override
    public final synchronized void close() {
        running.clear();
        processes.close();
    }
}
