package dev.pawl.lock.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What some threads did in a short while.
 *
 * @param pairs how many acquisitions and releases, all threads together
 * @param nanos for how long
 * @param switches how often a thread of this process, whichever, went to sleep meanwhile; zero where the system does not tell
 * @param cpu for how many nanoseconds they ran, all threads of the process together
 * @param bytes how much they allocated, all threads of the process together
 */
record Slice(long pairs, long nanos, long switches, long cpu, long bytes) {

    private static final int SETTLING = 4;
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final String SWITCHES = "voluntary_ctxt_switches:";

    double rate() {
        return pairs * 1e9 / nanos;
    }

    double switchesPerPair() {
        return (double) switches / pairs;
    }

    double cpuMicrosPerPair() {
        return cpu / 1e3 / pairs;
    }

    double bytesPerPair() {
        return (double) bytes / pairs;
    }

    /**
     * Runs each pair in a thread of its own, again and again. What is measured begins when all of them have long begun, and
     * ends before the first of them stops: a thread that is alone at a lock for a millisecond can do more pairs than all of
     * them in the rest of the time.
     */
    static Slice of(List<Pair> pairs, Duration time) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(pairs.size());
        AtomicBoolean stop = new AtomicBoolean();
        List<Counter> counters = pairs.stream().map(pair -> new Counter()).toList();
        List<Future<?>> workers = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            Pair pair = pairs.get(i);
            Counter counter = counters.get(i);
            workers.add(threads.submit(() -> repeat(pair, counter, stop)));
        }
        long nanos;
        long done;
        long switches;
        long cpu;
        long bytes;
        try {
            awaitAll(workers, counters);
            Thread.sleep(time.dividedBy(SETTLING).toMillis());
            switches = -voluntarySwitches();
            bytes = -allocated();
            cpu = -cpuTime();
            nanos = -System.nanoTime();
            done = -total(counters);
            Thread.sleep(time.toMillis());
            done += total(counters);
            nanos += System.nanoTime();
            cpu += cpuTime();
            bytes += allocated();
            switches += voluntarySwitches();
        } finally {
            stop.set(true);
            threads.shutdown();
        }
        for (Future<?> worker : workers) {
            await(worker);
        }
        return new Slice(done, nanos, switches, cpu, bytes);
    }

    /** Until each has done something, or failed. */
    private static void awaitAll(List<Future<?>> workers, List<Counter> counters) throws InterruptedException {
        for (int i = 0; i < counters.size(); i++) {
            while (counters.get(i).get() == 0 && !workers.get(i).isDone()) {
                Thread.sleep(1);
            }
        }
    }

    private static void await(Future<?> worker) throws InterruptedException {
        try {
            worker.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a measured thread failed: " + e.getCause(), e.getCause());
        }
    }

    private static @Nullable Void repeat(Pair pair, Counter counter, AtomicBoolean stop) throws InterruptedException {
        while (!stop.get()) {
            pair.run();
            counter.increment();
        }
        return null;
    }

    private static long total(List<Counter> counters) {
        return counters.stream().mapToLong(Counter::get).sum();
    }

    /** Written by one thread, and not next to another's: a shared cache line would be measured too. */
    private static final class Counter {
        private static final int MIDDLE = 16;

        private final AtomicLongArray padded = new AtomicLongArray(2 * MIDDLE);

        void increment() {
            padded.lazySet(MIDDLE, padded.get(MIDDLE) + 1);
        }

        long get() {
            return padded.get(MIDDLE);
        }
    }

    private static long allocated() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    private static long cpuTime() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /** Of Linux; elsewhere the difference of two calls is zero. */
    private static long voluntarySwitches() {
        if (!Files.isDirectory(TASKS)) {
            return 0;
        }
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.mapToLong(task -> voluntarySwitches(task.resolve("status")))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long voluntarySwitches(Path status) {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith(SWITCHES)) {
                    return Long.parseLong(line.substring(SWITCHES.length()).strip());
                }
            }
            return 0;
        } catch (IOException e) {
            // The thread has ended since it was listed.
            return 0;
        }
    }
}
