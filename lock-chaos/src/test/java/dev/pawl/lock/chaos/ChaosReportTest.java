package dev.pawl.lock.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people are shown of a run. */
final class ChaosReportTest {

    private static final Duration LEASE = Duration.ofMillis(Recorded.LEASE);

    @TempDir
    private Path directory;

    private ChaosReport report(Recorded recorded) {
        return report(recorded, Recorded.STRICT);
    }

    private ChaosReport report(Recorded recorded, Promise promise) {
        return new ChaosReport("toy", ChaosPlan.chosen(42, LEASE, List.of()), recorded.history(), promise, directory);
    }

    private static Recorded oneHolder() {
        return new Recorded().held("c0.1", 1, "a", 1, 0, 10, 20).fault(FaultKind.STOP_CLIENT, "c0", 30, 3_000);
    }

    private static Recorded twoHolders() {
        return oneHolder().held("c1.1", 1, "a", 2, 0, 15, 25);
    }

    @Test
    void everyRun_isARowOfOneTable() throws IOException {
        Path table = directory.resolve("summary.md");
        report(oneHolder()).enter(table);
        report(twoHolders()).enter(table);
        List<String> lines = Files.readAllLines(table);
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).startsWith("| backend | seed |");
        assertThat(lines.get(2)).isEqualTo("| `toy` | 42 | 3 s | 1 | 0 | 1 | 0 | 1 | `STOP_CLIENT` 1 | none |");
        assertThat(lines.get(3)).isEqualTo("| `toy` | 42 | 3 s | 2 | 0 | 2 | 0 | 1 | `STOP_CLIENT` 1 | **{4=1}** |");
        assertThat(lines).allMatch(line -> line.chars().filter(it -> it == '|').count() == 11);
    }

    @Test
    void whatIsExcused_isCounted() throws IOException {
        Promise promise = new Promise(Set.of(FaultKind.EMPTY_SERVER), Set.of(), LEASE, Duration.ZERO);
        ChaosReport report = report(twoHolders().fault(FaultKind.EMPTY_SERVER, FaultSpan.EVERYBODY, 5, 12), promise);
        assertThat(report.violations()).isEmpty();
        assertThat(report.summary()).endsWith("all invariants hold, 1 excused");
        Path table = directory.resolve("summary.md");
        report.enter(table);
        assertThat(table).content().endsWith("| none, 1 excused |\n");
    }

    @Test
    void aFailure_saysHowToRunItAgain_whichInvariant_andTheSmallestHistory() throws IOException {
        String failure = report(twoHolders()).failure();
        assertThat(failure)
                .contains("-Dchaos.backend=toy -Dchaos.seed=42")
                .contains("invariant 4: c1.1 with token 2 got a 5.000 ms before the claim of c0.1 with token 1 ended")
                .containsPattern("c0.1 +OK +a token 1")
                .containsPattern("c1.1 +OK +a token 2");
        assertThat(Files.readString(directory.resolve("violation-1.svg"))).startsWith("<svg");
    }
}
