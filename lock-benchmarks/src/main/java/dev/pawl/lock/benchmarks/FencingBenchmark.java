package dev.pawl.lock.benchmarks;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.fencing.InMemoryFencingGuard;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** The guard in memory, among a thousand locks. {@code -prof gc} shows what a check allocates. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@Threads(1)
public class FencingBenchmark {

    private static final int LOCKS = 1_000;

    /** A guard that has seen a thousand locks. */
    @State(Scope.Benchmark)
    public static class Guard {

        private final InMemoryFencingGuard guard = InMemoryFencingGuard.create();

        /** Fills the guard. */
        public Guard() {
            for (int i = 0; i < LOCKS; i++) {
                guard.check(new FencingToken("inventory/" + i, 1));
            }
        }
    }

    /** A holder of its own lock. */
    @State(Scope.Thread)
    public static class Holder {

        private final String lock =
                "inventory/" + Math.floorMod(Thread.currentThread().getId(), LOCKS);
        private FencingToken token = new FencingToken(lock, 2);
        private long value = 2;

        private FencingToken next() {
            token = new FencingToken(lock, ++value);
            return token;
        }
    }

    /** A holder that writes again and again. */
    @Benchmark
    public void checkAgain(Guard guard, Holder holder) {
        guard.guard.check(holder.token);
    }

    /** A new holder each time. */
    @Benchmark
    public void checkNewer(Guard guard, Holder holder) {
        guard.guard.check(holder.next());
    }

    /** A write that does nothing, with other writers kept out. */
    @Benchmark
    public void run(Guard guard, Holder holder) {
        guard.guard.run(holder.token, () -> {});
    }
}
