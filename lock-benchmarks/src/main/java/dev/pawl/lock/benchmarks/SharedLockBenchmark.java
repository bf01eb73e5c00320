package dev.pawl.lock.benchmarks;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.memory.MemoryBackend;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** One lock that 16 threads of one process want all the time: what the hand-off inside the process costs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(5)
@Threads(16)
@SuppressWarnings("NullAway.Init") // by @Setup
public class SharedLockBenchmark {

    /** The Redis to measure on; empty for an embedded one. */
    @Param("")
    public String url = "";

    /** What is done under the lock, in JMH's tokens; one is about a nanosecond. */
    @Param({"0", "2000"})
    public long work;

    private final ReentrantLock fair = new ReentrantLock(true);
    private final LockClient inMemory = LockClient.using(MemoryBackend.create(), LockOptions.defaults());
    private final DistributedLock memory = inMemory.lock("bench/shared");
    private Redis server;
    private LockClient onRedis;
    private DistributedLock redis;

    /** Connects. */
    @Setup
    public void open() {
        server = Redis.open(url);
        onRedis = server.locks();
        redis = onRedis.lock("bench/shared");
    }

    /** Disconnects. */
    @TearDown
    public void close() {
        onRedis.close();
        inMemory.close();
        server.close();
    }

    /**
     * What a switch from thread to thread costs.
     *
     * @throws InterruptedException never
     */
    @Benchmark
    public void fairReentrantLock() throws InterruptedException {
        fair.lockInterruptibly();
        try {
            Blackhole.consumeCPU(work);
        } finally {
            fair.unlock();
        }
    }

    /**
     * Pawl on its memory backend.
     *
     * @return the token
     * @throws InterruptedException never
     */
    @Benchmark
    public long pawlOnMemory() throws InterruptedException {
        return pair(memory);
    }

    /**
     * Pawl on Redis.
     *
     * @return the token
     * @throws InterruptedException never
     */
    @Benchmark
    public long pawlOnRedis() throws InterruptedException {
        return pair(redis);
    }

    private long pair(DistributedLock lock) throws InterruptedException {
        try (Lease lease = lock.acquire()) {
            Blackhole.consumeCPU(work);
            return lease.token().value();
        }
    }
}
