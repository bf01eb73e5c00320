package dev.pawl.lock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo with processes for workers, as {@code ./demo} starts it: over one service. */
@Timeout(120)
abstract class DemoOverService {

    /** What a run with the lock says now and then. */
    private static final Pattern SALE = Pattern.compile(" of [0-9,]+ sold");

    /** What the last act says: the service's own guard refuses the late write, by name and token. */
    private static final Pattern REFUSAL =
            Pattern.compile("with \\w+FencingGuard it is refused: lock 'demo/coupon': token"
                    + " \\d+ is stale, the newest seen here is \\d+");

    @TempDir
    Path temporary;

    private final List<Process> started = new ArrayList<>();

    private final List<String> service;
    private final int helpers;

    /**
     * Runs the demo over a service.
     *
     * @param service what the command line says of it
     * @param helpers how many processes a run has besides its workers
     */
    DemoOverService(List<String> service, int helpers) {
        this.service = service;
        this.helpers = helpers;
    }

    @AfterEach
    void endAll() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void twoTerminals_sellFromOneStock_andNoPieceTwice() throws Exception {
        Process one = start("one", "--items", "1500", "--workers", "2");
        Process other = start("other", "--items", "1500", "--workers", "2");

        assertThat(one.waitFor()).as(() -> read("one.err")).isZero();
        assertThat(other.waitFor()).as(() -> read("other.err")).isZero();

        assertThat(soldBy("one") + soldBy("other")).isEqualTo(3_000);
        assertThat(read("one.out")).contains("strictly increasing").containsPattern(REFUSAL);
        assertThat(read("other.out")).contains("strictly increasing").containsPattern(REFUSAL);
        // The process that serves the default database may be the first run's, and then sees only by its next look that
        // the last run has gone.
        Awaitility.await().untilAsserted(() -> assertThat(leftBehind()).isEmpty());
    }

    @Test
    void killedRun_takesItsWorkersWithIt_andHoldsUpTheNextNoLongerThanALease() throws Exception {
        Process killed = start("killed", "--items", "100000", "--workers", "3");
        awaitSale("killed");
        List<ProcessHandle> workers = killed.descendants().toList();
        assertThat(workers).hasSize(3 + helpers);

        killed.destroyForcibly();
        for (ProcessHandle worker : workers) {
            worker.onExit().get(10, TimeUnit.SECONDS);
        }

        Process next = start("next", "--items", "100", "--workers", "2");
        assertThat(next.waitFor()).as(() -> read("next.err")).isZero();
        assertThat(soldBy("next")).isEqualTo(100);
    }

    final void awaitSale(String name) {
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> SALE.matcher(read(name + ".out")).find());
    }

    final Process start(String name, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Demo.class.getName()));
        command.addAll(service);
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectOutput(temporary.resolve(name + ".out").toFile())
                .redirectError(temporary.resolve(name + ".err").toFile())
                .start();
        started.add(process);
        return process;
    }

    final String read(String file) {
        try {
            return Files.readString(temporary.resolve(file));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** How many pieces a run has sold itself, by its table. */
    private long soldBy(String name) {
        String table = read(name + ".out");
        return lastNumber(table, "pieces sold ") - lastNumber(table, "  of them by another run ");
    }

    /** The number at the end of the first row of this name, zero if there is no such row. */
    private static long lastNumber(String table, String row) {
        Matcher matcher = Pattern.compile("(?m)^" + row + ".* ([0-9,]+)$").matcher(table);
        return matcher.find() ? Long.parseLong(matcher.group(1).replace(",", "")) : 0;
    }

    /** Everything that is the demo's, but for the place of its own database. */
    private List<Path> leftBehind() throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            return files.filter(file -> file.toString().contains("pawl-demo"))
                    .filter(file -> !file.toString().matches(".*pawl-demo-h2-[^/]*(/door)?"))
                    .toList();
        }
    }
}
