package dev.pawl.lock.testservers;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that are killed and started again. All are below those from which systems serve outgoing connections
 * (32768 on Linux, 49152 elsewhere): a port from there may be taken, or connect to itself, while its server is down.
 */
final class FreePorts {

    /** A Redis node of a cluster also listens this much higher. */
    static final int CLUSTER_BUS_OFFSET = 10_000;

    /** Two JVMs that run tests side by side choose from different ports: one may have a server that is down just now. */
    private static final int PORTS_OF_A_FORK = 2_500;

    private static final int FORKS = 4;
    private static final int FIRST = 10_000 + PORTS_OF_A_FORK * (fork() % FORKS);
    private static final int END = FIRST + PORTS_OF_A_FORK;

    private static final Set<Integer> taken = new HashSet<>();

    private FreePorts() {}

    /** A number that is not one would let two JVMs choose from the same ports, and nobody would see why tests fail now and then. */
    private static int fork() {
        String fork = System.getProperty("test.fork", "fork-0");
        if (!fork.matches("fork-\\d{1,4}")) {
            throw new IllegalStateException("test.fork=" + fork + ": the build has not said which of its JVMs this is");
        }
        return Integer.parseInt(fork.substring("fork-".length()));
    }

    /** Ports that nobody listens on, nor on the one {@link #CLUSTER_BUS_OFFSET} above; never the same twice in one JVM. */
    static synchronized List<Integer> take(int count) {
        List<Integer> ports = new ArrayList<>();
        while (ports.size() < count) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (isFree(port) && isFree(port + CLUSTER_BUS_OFFSET) && taken.add(port)) {
                ports.add(port);
            }
        }
        return ports;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
