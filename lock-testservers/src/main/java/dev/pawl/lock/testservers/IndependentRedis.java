package dev.pawl.lock.testservers;

import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Several Redis masters that know nothing of one another, and the harm that can be done to each alone. */
public final class IndependentRedis extends RedisServers {

    private static final Shared<IndependentRedis> three = new Shared<>(() -> start(3));
    private static final Shared<IndependentRedis> five = new Shared<>(() -> start(5));

    private final List<Integer> ports;

    private IndependentRedis(List<Integer> ports) {
        super(ports);
        this.ports = ports;
    }

    static IndependentRedis shared(int masters) {
        return switch (masters) {
            case 3 -> three.get();
            case 5 -> five.get();
            default -> throw new IllegalArgumentException("masters " + masters + ": 3 or 5 are shared");
        };
    }

    private static IndependentRedis start(int masters) {
        IndependentRedis servers = new IndependentRedis(FreePorts.take(masters));
        servers.restart(false);
        return servers;
    }

    @Override
    public String url() {
        return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",", "redlock://", ""));
    }

    /**
     * Where each master listens on the loopback address.
     *
     * @return its ports, in the order of the indexes that the other methods take
     */
    public List<Integer> ports() {
        return ports;
    }

    /**
     * Asks one master.
     *
     * @param <T> type of the answer
     * @param index which
     * @param question what to ask; must not keep the commands
     * @return the answer
     */
    public <T> T on(int index, Function<RedisCommands<String, String>, T> question) {
        return RedisAdmin.ask(ports.get(index), question);
    }

    /**
     * Kills one master.
     *
     * @param index which
     */
    public void kill(int index) {
        kill(List.of(ports.get(index)));
    }

    /**
     * Starts one master that was killed, and waits until it answers.
     *
     * @param index which
     * @param keepData false to start it empty
     */
    public void start(int index, boolean keepData) {
        start(List.of(nodes().get(index)), keepData);
        await(
                "master " + index + " does not answer",
                () -> on(index, redis -> redis.ping().equals("PONG")));
    }

    /**
     * Stops one master from answering; its connections stay open.
     *
     * @param index which
     */
    public void pause(int index) {
        signal(Signal.STOP, List.of(ports.get(index)));
    }

    /**
     * Ends {@link #pause(int)}.
     *
     * @param index which
     */
    public void resume(int index) {
        signal(Signal.CONT, List.of(ports.get(index)));
    }

    /**
     * Makes one master a replica of nobody who answers: it keeps its data and its connections, and takes no more writes.
     *
     * @param index which
     */
    public void demoteOne(int index) {
        demote(ports.get(index));
    }

    /**
     * Ends {@link #demoteOne}.
     *
     * @param index which
     */
    public void promoteOne(int index) {
        promote(ports.get(index));
    }

    @Override
    List<RedisNode> nodes() {
        return ports.stream().map(port -> RedisNode.data(port, "")).toList();
    }

    @Override
    List<Integer> masters() {
        return ports;
    }

    /** Every master has every key. */
    @Override
    int masterOf(String key) {
        return ports.get(0);
    }

    @Override
    boolean isHealthy() {
        return ports.stream().allMatch(RedisAdmin::isMaster);
    }
}
