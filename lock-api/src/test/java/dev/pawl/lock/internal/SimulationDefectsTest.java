package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The checks of the simulation are themselves checked: each planted defect is found, and a schedule can be run again. */
class SimulationDefectsTest {

    private static final int SCHEDULES = 20_000;

    @ParameterizedTest
    @EnumSource(value = SimulationDefect.class, mode = Mode.EXCLUDE, names = "NONE")
    void plantedDefect_isFound(SimulationDefect defect) {
        long start = System.nanoTime();
        String found = LongStream.range(0, SCHEDULES)
                .mapToObj(
                        seed -> seed + ": " + Objects.requireNonNullElse(new Simulation(seed, defect, false).run(), ""))
                .filter(outcome -> !outcome.endsWith(": "))
                .findFirst()
                .orElse("");
        System.out.println(defect + " found by " + found + " after " + (System.nanoTime() - start) / 1_000_000 + " ms");
        assertThat(found).isNotEmpty();
    }

    @Test
    void sameSeed_givesTheSameSchedule() {
        for (long seed = 0; seed < 500; seed++) {
            assertThat(digest(seed)).as("seed %d", seed).isEqualTo(digest(seed));
        }
    }

    private static long digest(long seed) {
        Simulation simulation = new Simulation(seed, SimulationDefect.NONE, false);
        assertThat(simulation.run()).isNull();
        return simulation.digest();
    }
}
