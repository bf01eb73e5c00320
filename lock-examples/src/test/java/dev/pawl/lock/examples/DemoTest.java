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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class DemoTest {

    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(screen, true, StandardCharsets.UTF_8);

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void nothingGiven_showsAllThree_withProcesses_andLeavesNeitherThemNorFiles(@TempDir Path directory)
            throws Exception {
        Ended ended = runAsProcess(directory, "--workers", "3", "--items", "200");

        assertThat(ended.errors).isEmpty();
        assertThat(ended.status).isZero();
        assertThat(ended.output.get(0)).startsWith("Pawl demo on jdbc:h2:file:" + directory);
        assertThat(String.join("\n", ended.output))
                .contains("each is a JVM of its own, and so is the database")
                .contains("SIGSTOP to process")
                .contains("lease lost (EXPIRED)")
                .containsPattern("pieces in stock +200 +200\n")
                .containsPattern("pieces sold +[2-9]\\d\\d +200\n")
                .containsPattern("sold more than once +[1-9]\\d* +0\n")
                .containsPattern("fencing tokens +none +strictly increasing\n")
                .containsPattern(
                        "with JdbcFencingGuard it is refused: lock 'demo/coupon': token \\d+ is stale, the newest"
                                + " seen here is \\d+\n")
                .containsPattern("late write, token \\d+ +accepted +refused\n");
        assertThat(filesIn(directory)).containsExactlyInAnyOrder("output", "errors", "door");
    }

    @Test
    void insideThisJvm_showsAllThree() throws Exception {
        Result result = Demo.play(out, Arguments.parse("--url", "memory:", "--workers", "3", "--items", "200"));

        assertThat(result.without().tally().sold()).isGreaterThan(200);
        assertThat(result.without().tally().twice()).isPositive();
        assertThat(result.with().tally()).isEqualTo(new Tally(200, 200, 0, 0, 0));
        assertThat(result.with().left()).isZero();
        assertThat(result.late().refused()).isTrue();
        assertThat(result.late().guard()).isEqualTo("InMemoryFencingGuard");
        assertThat(result.late().token()).isLessThan(result.late().newest());
        assertThat(result.late().open()).isEqualTo(new Result.Count(4, 1));
        assertThat(result.late().guarded()).isEqualTo(new Result.Count(3, 3));
        assertThat(result.isAsPromised()).isTrue();
        assertThat(Report.table(result)).contains("strictly increasing", "refused");
    }

    @Test
    void oneWorkerAndOnePiece_needNoMoreThanOneSale() throws Exception {
        Result result = Demo.play(out, Arguments.parse("--url", "memory:", "--workers", "1", "--items", "1"));

        assertThat(result.without().tally().sold()).isEqualTo(1);
        assertThat(result.with().tally().sold()).isEqualTo(1);
        assertThat(result.isAsPromised()).isTrue();
    }

    @Test
    void inMemoryDatabase_isSharedByThreads() throws Exception {
        Result result =
                Demo.play(out, Arguments.parse("--url", "jdbc:h2:mem:demo", "--workers", "2", "--items", "100"));

        assertThat(result.with().tally()).isEqualTo(new Tally(100, 100, 0, 0, 0));
        assertThat(result.isAsPromised()).isTrue();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aDirectoryThatIsNone_isNotUsed_andSaid(@TempDir Path directory) throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Path link = Embedded.directoryIn(directory);
        Files.createSymbolicLink(link, elsewhere);

        Ended refused = runAsProcess(directory);

        assertThat(refused.status).isEqualTo(2);
        assertThat(refused.errors).singleElement().asString().contains(link + " is not a directory of this user's");
        assertThat(filesIn(elsewhere)).isEmpty();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void damagedDatabase_isSaidWithItsPlace(@TempDir Path directory) throws Exception {
        Path place = Files.createDirectory(Embedded.directoryIn(directory));
        Path damaged = place.resolve("locks.mv.db");
        Files.writeString(damaged, "no database, and longer than the header of one: " + "x".repeat(10_000));

        Ended refused = runAsProcess(directory);

        assertThat(refused.status).isEqualTo(2);
        assertThat(refused.errors)
                .singleElement()
                .asString()
                .contains("the database in " + place + " cannot be opened");
        assertThat(refused.output).isEmpty();
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

    /** The names of all files below, wherever they are. */
    private static List<String> filesIn(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }

    private record Ended(int status, List<String> output, List<String> errors) {}

    private static Ended runAsProcess(Path directory, String... args) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + directory,
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
