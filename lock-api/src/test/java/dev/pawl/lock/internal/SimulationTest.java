package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Thousands of drawn schedules of requests, losses, stops and faults, in virtual time, with the five promises checked after
 * every step. A failure prints its seed: {@code -Dpawl.test.seed=…} runs that one again.
 */
class SimulationTest {

    private static final int SCHEDULES = Integer.getInteger("pawl.test.schedules", 100_000);
    private static final long FIRST = Long.getLong("pawl.test.first", 0);

    @Test
    void everySchedule_keepsTheFivePromises() {
        Long only = Long.getLong("pawl.test.seed");
        if (only != null) {
            Simulation told = new Simulation(only, SimulationDefect.NONE, true);
            String violation = told.run();
            assertThat(violation).as(told::report).isNull();
            return;
        }
        long start = System.nanoTime();
        AtomicInteger failed = new AtomicInteger();
        String first = LongStream.range(FIRST, FIRST + SCHEDULES)
                .parallel()
                .mapToObj(seed -> outcome(seed, failed))
                .filter(Objects::nonNull)
                .limit(Integer.getInteger("pawl.test.shown", 3))
                .reduce((a, b) -> a + "\n\n" + b)
                .orElse(null);
        System.out.printf("%.0f schedules a second%n", SCHEDULES * 1e9 / (System.nanoTime() - start));
        assertThat(first).as(failed + " schedules").isNull();
    }

    private static @Nullable String outcome(long seed, AtomicInteger failed) {
        String violation = new Simulation(seed, SimulationDefect.NONE, false).run();
        if (violation == null) {
            return null;
        }
        failed.incrementAndGet();
        Simulation again = new Simulation(seed, SimulationDefect.NONE, true);
        String same = again.run();
        return violation + (violation.equals(same) ? "" : " (and again: " + same + ")") + "\n" + again.report();
    }
}
