package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Thousands of drawn schedules in virtual time over the production classes, with the promises checked after every step. A
 * failure prints its seed: {@code -Dpawl.test.seed=…} runs that one again; {@code -Dpawl.test.schedules=…} runs more.
 */
class RedlockSimulationTest {

    private static final int SCHEDULES = Integer.getInteger("pawl.test.schedules", 100_000);
    private static final long FIRST = Long.getLong("pawl.test.first", 0);
    private static final int FOR_A_MUTANT = 100_000;

    @Test
    void everySchedule_keepsThePromises() {
        Long only = Long.getLong("pawl.test.seed");
        if (only != null) {
            Simulation told = new Simulation(only, Mutant.NONE, true);
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
                .limit(3)
                .reduce((a, b) -> a + "\n\n" + b)
                .orElse(null);
        System.out.printf("%.0f schedules a second%n", SCHEDULES * 1e9 / (System.nanoTime() - start));
        assertThat(first).as(failed + " schedules").isNull();
    }

    private static @Nullable String outcome(long seed, AtomicInteger failed) {
        String violation = new Simulation(seed, Mutant.NONE, false).run();
        if (violation == null) {
            return null;
        }
        failed.incrementAndGet();
        Simulation again = new Simulation(seed, Mutant.NONE, true);
        String same = again.run();
        return violation + (violation.equals(same) ? "" : " (and again: " + same + ")") + "\n" + again.report();
    }

    @ParameterizedTest
    @EnumSource(value = Mutant.class, mode = Mode.EXCLUDE, names = "NONE")
    void mutant_isFound(Mutant mutant) {
        String violation = new Simulation(mutant.seed, mutant, false).run();
        if (violation == null) {
            violation = search(mutant);
            System.out.println(mutant + " is not found by the schedule that it remembers, but by " + violation);
        }
        assertThat(violation).isNotEmpty();
    }

    private static String search(Mutant mutant) {
        return LongStream.range(0, FOR_A_MUTANT)
                .parallel()
                .mapToObj(
                        seed -> seed + ": " + Objects.requireNonNullElse(new Simulation(seed, mutant, false).run(), ""))
                .filter(outcome -> !outcome.endsWith(": "))
                .findAny()
                .orElse("");
    }

    @Test
    void sameSeed_givesTheSameSchedule() {
        for (long seed = 0; seed < 300; seed++) {
            assertThat(digest(seed)).as("seed %d", seed).isEqualTo(digest(seed));
        }
    }

    private static long digest(long seed) {
        Simulation simulation = new Simulation(seed, Mutant.NONE, false);
        assertThat(simulation.run()).isNull();
        return simulation.digest();
    }
}
