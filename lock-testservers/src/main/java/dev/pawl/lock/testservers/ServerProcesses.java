package dev.pawl.lock.testservers;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Runs the processes of one fixture where they can be harmed. Used by one thread at a time. */
interface ServerProcesses extends AutoCloseable {

    /** How long servers may take until they are as they should be, on a machine that has much else to do. */
    Duration HEALTHY_WITHIN = Duration.ofSeconds(60);

    Duration LOOK_EVERY = Duration.ofMillis(20);
    int LOG_LINES = 20;

    /** Where a server must listen to be reached at 127.0.0.1. */
    String address();

    /**
     * Starts processes, in this order; none of them runs. Does not wait until they answer.
     *
     * @param keepData false to remove first what earlier ones on the same ports have stored
     */
    void start(List<ServerNode> nodes, boolean keepData);

    /** Sends a signal, in this order, to those that run and to all their children; returns when it has taken effect. */
    void signal(Signal signal, Collection<Integer> ports);

    /** What the processes on this port have logged since {@link #clearLog}. */
    List<String> log(int port);

    /** Empties the log; whoever writes to it goes on. */
    void clearLog(int port);

    /** Waits for a condition that may throw meanwhile; its failure tells what the servers on these ports logged. */
    default void await(String otherwise, Collection<Integer> ports, Callable<Boolean> condition) {
        try {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(LOOK_EVERY)
                    .atMost(HEALTHY_WITHIN)
                    .ignoreExceptions()
                    .until(condition);
        } catch (ConditionTimeoutException e) {
            String logs = ports.stream()
                    .map(port -> "\n--- server " + port + ":\n" + String.join("\n", endOfLog(port)))
                    .collect(Collectors.joining());
            throw new IllegalStateException(otherwise + " after " + HEALTHY_WITHIN + logs, e);
        }
    }

    private List<String> endOfLog(int port) {
        List<String> log = log(port);
        return log.subList(Math.max(0, log.size() - LOG_LINES), log.size());
    }

    @Override
    void close();
}
