package dev.pawl.lock.benchmarks;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.memory.MemoryBackend;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The engine by itself: a free lock, one thread, and a service that is a map in this process. {@code -prof gc} shows what a
 * pair allocates.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(5)
public class HotPathBenchmark {

    private final LockClient locks = LockClient.using(MemoryBackend.create(), LockOptions.defaults());
    private final DistributedLock lock = locks.lock("bench/hot");

    /** Stops the engine. */
    @TearDown
    public void close() {
        locks.close();
    }

    /**
     * A blocking pair.
     *
     * @return the token
     * @throws InterruptedException never
     */
    @Benchmark
    public long acquire() throws InterruptedException {
        try (Lease lease = lock.acquire()) {
            return lease.token().value();
        }
    }

    /**
     * A pair that would not wait.
     *
     * @return the token
     */
    @Benchmark
    public long tryAcquire() {
        try (Lease lease = lock.tryAcquire().orElseThrow()) {
            return lease.token().value();
        }
    }
}
