package dev.pawl.lock.benchmarks;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

/** A lock on Redis that nobody else wants: Pawl against {@link BareLock}, with 1 thread and with 16 on 16 locks. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(5)
@SuppressWarnings("NullAway.Init") // by @Setup
public class UncontendedRedisBenchmark {

    /** The Redis to measure on; empty for an embedded one. */
    @Param("")
    public String url = "";

    private final AtomicInteger threads = new AtomicInteger();
    private Redis redis;
    private LockClient locks;
    private RedisCommands<String, String> bare;

    /** Connects. */
    @Setup
    public void open() {
        redis = Redis.open(url);
        locks = redis.locks();
        bare = redis.connect().sync();
    }

    /** Disconnects. */
    @TearDown
    public void close() {
        locks.close();
        redis.close();
    }

    /** A lock for each thread. */
    @State(Scope.Thread)
    public static class Own {
        private DistributedLock lock;
        private BareLock bare;

        /**
         * Names them.
         *
         * @param shared where the connections are
         */
        @Setup
        public void name(UncontendedRedisBenchmark shared) {
            int thread = shared.threads.incrementAndGet();
            lock = shared.locks.lock("bench/" + thread);
            bare = new BareLock(shared.bare, "bench/bare/" + thread);
        }
    }

    /**
     * The floor.
     *
     * @param own the thread's lock
     */
    @Benchmark
    public void floor(Own own) {
        own.bare.acquire();
        own.bare.release();
    }

    /**
     * Pawl.
     *
     * @param own the thread's lock
     * @return the token
     * @throws InterruptedException never
     */
    @Benchmark
    public long pawl(Own own) throws InterruptedException {
        try (Lease lease = own.lock.acquire()) {
            return lease.token().value();
        }
    }

    /**
     * The floor, for 16 threads.
     *
     * @param own the thread's lock
     */
    @Benchmark
    @Threads(16)
    public void floor16(Own own) {
        floor(own);
    }

    /**
     * Pawl, for 16 threads.
     *
     * @param own the thread's lock
     * @return the token
     * @throws InterruptedException never
     */
    @Benchmark
    @Threads(16)
    public long pawl16(Own own) throws InterruptedException {
        return pawl(own);
    }
}
