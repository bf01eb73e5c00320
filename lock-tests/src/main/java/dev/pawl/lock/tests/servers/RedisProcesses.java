package dev.pawl.lock.tests.servers;

import java.util.Collection;
import java.util.List;

/** Runs the processes of one topology where they can be harmed. Used by one thread at a time. */
interface RedisProcesses extends AutoCloseable {

    /**
     * A place for processes on these ports of the loopback address.
     *
     * @param ports all ports that will ever be used
     */
    static RedisProcesses on(List<Integer> ports) {
        ServerProvider provider = ServerProvider.of("redis", "Redis newer than 6.2");
        return provider == ServerProvider.DOCKER ? new DockerRedis(ports) : new EmbeddedRedis();
    }

    /**
     * Starts processes, in this order; none of them runs. Does not wait until they answer.
     *
     * @param keepData false to remove first what earlier ones on the same ports have written
     */
    void start(List<RedisNode> nodes, boolean keepData);

    /** Sends a signal, in this order, to those that run; returns when it has taken effect. */
    void signal(Signal signal, Collection<Integer> ports);

    /** The end of what the process on this port has logged. */
    String log(int port);

    @Override
    void close();
}
