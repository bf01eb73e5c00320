package dev.pawl.lock.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the report can be made, not what it says of speed. */
class SpeedReportTest {

    @Test
    void shortestRun_writesAllRows_andCountsTheCommands(@TempDir Path folder) throws Exception {
        Path page = folder.resolve("benchmarks.md");
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        Table table = SpeedReport.run(
                new SpeedOptions(null, 1, Duration.ofMillis(5), 1, page),
                new PrintStream(printed, true, StandardCharsets.UTF_8));

        assertThat(table.rows())
                .contains("| Redis, commands a pair | 1 evalsha, 1 set | 2 evalsha |  | 2 evalsha | met |")
                .hasSize(66);
        assertThat(Files.readString(page)).contains(table.rows());
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains(table.rows());
    }

    @Test
    void options_areRefusedWhereTheyAreWrong() {
        assertThat(SpeedOptions.parse(List.of("--url", "redis://localhost:6379", "--rounds", "5")))
                .isEqualTo(new SpeedOptions("redis://localhost:6379", 5, Duration.ofMillis(300), 10, null));
        assertThatThrownBy(() -> SpeedOptions.parse(List.of("--rounds", "0"))).hasMessageContaining("--rounds");
        assertThatThrownBy(() -> SpeedOptions.parse(List.of("--rounds", "many")))
                .hasMessageContaining("'many'");
        assertThatThrownBy(() -> SpeedOptions.parse(List.of("--rounds"))).hasMessageContaining("missing");
        assertThatThrownBy(() -> SpeedOptions.parse(List.of("--forks", "5"))).hasMessageContaining("--forks");
    }

    @Test
    void spread_isTheMedianAndTheQuartiles() {
        assertThat(Spread.of(java.util.stream.DoubleStream.of(5, 1, 4, 2, 3))).isEqualTo(new Spread(2, 3, 4));
    }
}
