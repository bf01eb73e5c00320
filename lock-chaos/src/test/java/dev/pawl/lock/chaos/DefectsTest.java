package dev.pawl.lock.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.WrongClock;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole harness, with its processes, faults, logs and checker, finds what is planted, and nothing where nothing is. */
@Full
@Timeout(120)
final class DefectsTest {

    @ParameterizedTest
    @EnumSource
    void everyPlantedDefect_isCaught(Defect defect, @TempDir Path directory) throws Exception {
        assumeTrue(
                defect != Defect.WALL_CLOCK_TOKEN || WrongClock.library().isPresent(),
                "libfaketime is not installed (Debian: faketime)");
        run(defect, defect.plan(), directory);
    }

    @ParameterizedTest
    @EnumSource(names = {"SILENT_CONNECTION", "DEMOTE", "REVOKE", "FORCE_RELEASE"})
    void whereNothingIsPlanted_nothingIsFound(FaultKind kind, @TempDir Path directory) throws Exception {
        run(Defect.NONE, Defect.NONE.plan(kind), directory);
    }

    private static void run(Defect defect, ChaosPlan plan, Path directory) throws Exception {
        try (ToyService toy = new ToyService(defect)) {
            ChaosService service = ChaosService.of("toy", toy)
                    .with(FaultKind.DEMOTE, toy::demote)
                    .withOperator(toy::operator)
                    .tidyWithin(Defect.LEASE.multipliedBy(3));
            History history = ChaosRun.run(service, plan, directory);
            ChaosReport report = new ChaosReport("toy", plan, history, service.promise(plan.lease()), directory);
            List<Violation> violations = report.violations();
            System.out.println(defect + ": " + report.summary());
            if (defect == Defect.NONE) {
                assertThat(violations).as(report.failure()).isEmpty();
                assertThat(report.acquisitions()).isGreaterThan(20);
            } else {
                assertThat(violations.stream().map(Violation::invariant))
                        .as(report.failure())
                        .containsAll(defect.invariants());
                assertThat(directory.resolve("violation-1.svg"))
                        .content()
                        .contains(violations.get(0).what());
            }
        }
    }
}
