package dev.pawl.lock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DemoTest {

    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(screen, true, StandardCharsets.UTF_8);

    @Test
    void embeddedDefault_showsAllThree() throws Exception {
        Result result = Demo.play(out, Arguments.parse("--workers", "3", "--items", "200"));

        assertThat(result.without().tally().sold()).isGreaterThan(200);
        assertThat(result.without().tally().twice()).isPositive();
        assertThat(result.with().tally()).isEqualTo(new Tally(200, 200, 0, 0, 0));
        assertThat(result.with().left()).isZero();
        assertThat(result.late().refused()).isTrue();
        assertThat(result.late().token()).isLessThan(result.late().newest());
        assertThat(result.late().open()).isEqualTo(new Result.Count(4, 1));
        assertThat(result.late().guarded()).isEqualTo(new Result.Count(3, 3));
        assertThat(result.isAsPromised()).isTrue();
        assertThat(Report.table(result)).contains("strictly increasing", "refused");
    }

    @Test
    void oneWorkerAndOnePiece_needNoMoreThanOneSale() throws Exception {
        Result result = Demo.play(out, Arguments.parse("--workers", "1", "--items", "1"));

        assertThat(result.without().tally().sold()).isEqualTo(1);
        assertThat(result.with().tally().sold()).isEqualTo(1);
        assertThat(result.isAsPromised()).isTrue();
    }

    @Test
    void wrongUrl_isOneLineAndStatus2(@TempDir Path directory) throws Exception {
        Ended wrong = runAsProcess(directory, "--url", "nosuch://user:sesame@host");

        assertThat(wrong.status).isEqualTo(2);
        assertThat(wrong.errors).singleElement().asString().startsWith("demo: ").doesNotContain("sesame");
        assertThat(wrong.output).isEmpty();
    }

    @Test
    void unreachableServer_isOneLineAndStatus2(@TempDir Path directory) throws Exception {
        // Port 1 is reserved and nobody listens there.
        Ended unreachable = runAsProcess(directory, "--url", "redis://:sesame@localhost:1");

        assertThat(unreachable.status).isEqualTo(2);
        assertThat(unreachable.errors)
                .singleElement()
                .asString()
                .startsWith("demo: ")
                .contains("localhost:1")
                .doesNotContain("sesame");
        assertThat(unreachable.output).isEmpty();
    }

    @Test
    void wrongOption_isOneLineAndStatus2(@TempDir Path directory) throws Exception {
        Ended wrong = runAsProcess(directory, "--workers", "65");

        assertThat(wrong.status).isEqualTo(2);
        assertThat(wrong.errors).containsExactly("demo: --workers is a number from 1 to 64, but got '65'");
        assertThat(wrong.output).isEmpty();
    }

    @Test
    void help_isStatus0(@TempDir Path directory) throws Exception {
        Ended help = runAsProcess(directory, "--help");

        assertThat(help.status).isZero();
        assertThat(help.errors).isEmpty();
        assertThat(help.output).contains("Usage: ./demo [--url URL] [--workers N] [--items N]");
    }

    private record Ended(int status, List<String> output, List<String> errors) {}

    private static Ended runAsProcess(Path directory, String... args) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Demo.class.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readAllLines(output), Files.readAllLines(errors));
    }
}
