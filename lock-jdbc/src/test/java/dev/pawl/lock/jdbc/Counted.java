package dev.pawl.lock.jdbc;

import dev.pawl.lock.testkit.Bench;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** What an operation costs, counted again and again. */
final class Counted {

    /** A pool asks a connection that was idle for 500 ms whether it is alive: not what is counted here. */
    private static final Duration IDLE = Duration.ofMillis(400);

    /** Enough for drivers that prepare a statement at the server when they have seen it a few times. */
    private static final int WARM_UP = 12;

    private static final int TIMES = 20;

    private static final Duration REST = Duration.ofMillis(300);

    private final LongSupplier counter;
    private final Step busy;

    /**
     * @param counter of what is counted
     * @param busy keeps the connection from being idle
     */
    Counted(LongSupplier counter, Step busy) {
        this.counter = counter;
        this.busy = busy;
    }

    /** Something that a case does. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    /** How often the operation cost how much; a second one undoes what it has done. */
    Map<Long, Integer> costs(Step operation, Step undo) throws Exception {
        Map<Long, Integer> costs = new TreeMap<>();
        for (int round = -WARM_UP; round < TIMES; ) {
            if (round == 0) {
                awaitRest();
            }
            long start = System.nanoTime();
            busy.run();
            long cost = -counter.getAsLong();
            operation.run();
            cost += counter.getAsLong();
            boolean idle = System.nanoTime() - start > IDLE.toNanos();
            undo.run();
            if (round >= 0 && !idle) {
                costs.merge(cost, 1, Integer::sum);
            }
            round += round < 0 || !idle ? 1 : 0;
        }
        return costs;
    }

    /** What runs aside, as a purge does after the first release, had to wait for the connection: it has it now. */
    private void awaitRest() {
        AtomicLong before = new AtomicLong(counter.getAsLong());
        Bench.await("the end of what runs aside")
                .during(REST)
                .until(() -> before.getAndSet(counter.getAsLong()) == counter.getAsLong());
    }

    /** Each time the same. */
    static Map<Long, Integer> always(long cost) {
        return Map.of(cost, TIMES);
    }
}
