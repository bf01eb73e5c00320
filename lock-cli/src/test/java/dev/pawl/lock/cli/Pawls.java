package dev.pawl.lock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests of the command line as others start it: processes, whose commands are shell scripts. */
@Timeout(120)
abstract class Pawls {

    static final Duration LONG = Duration.ofSeconds(60);

    /** Where the commands run, and leave word of what they saw. */
    @TempDir
    Path here;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endAll() {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** One run. */
    static final class Run {

        private final Process process;
        private final Path out;
        private final Path err;

        private Run(Process process, Path out, Path err) {
            this.process = process;
            this.out = out;
            this.err = err;
        }

        long pid() {
            return process.pid();
        }

        boolean isRunning() {
            return process.isAlive();
        }

        int exitCode() throws InterruptedException {
            assertThat(process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS))
                    .as(() -> "it goes on; it has said: " + out() + err())
                    .isTrue();
            return process.exitValue();
        }

        byte[] bytes() {
            return Pawls.read(out);
        }

        String out() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        String err() {
            return new String(Pawls.read(err), StandardCharsets.UTF_8);
        }

        void signal(String name) throws IOException, InterruptedException {
            send(name, process.pid());
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }
    }

    /** What one command said, in this JVM. */
    record Answer(int exitCode, String out, String err) {}

    static Answer answer(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = Pawl.run(
                new Output(
                        new PrintStream(out, false, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8)),
                args);
        return new Answer(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    final Run pawl(String... args) throws IOException {
        return start(Map.of(), List.of(), new byte[0], args);
    }

    final Run pawl(Map<String, String> environment, String... args) throws IOException {
        return start(environment, List.of(), new byte[0], args);
    }

    /**
     * Starts one.
     *
     * @param environment more than this JVM has
     * @param before what stands before {@code java}, such as {@code env -i}
     * @param in what it finds on its standard input
     */
    final Run start(Map<String, String> environment, List<String> before, byte[] in, String... args)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Pawl.class.getName()));
        command.addAll(List.of(args));
        Path out = Files.createTempFile(here, "run", ".out");
        Path err = Files.createTempFile(here, "run", ".err");
        Path input = Files.write(Files.createTempFile(here, "run", ".in"), in);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(here.toFile())
                .redirectInput(input.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        // Names and words of the tests are not ASCII alone.
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return new Run(process, out, err);
    }

    static void send(String signal, long pid) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("/bin/sh", "-c", "kill -s " + signal + " " + pid)
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Waits until a command has left a file. */
    final String awaitWord(String file) {
        Awaitility.await().atMost(LONG).until(() -> !word(file).isEmpty());
        return word(file);
    }

    /** What a command has left so far; whole lines only. */
    final String word(String file) {
        Path path = here.resolve(file);
        String text = Files.exists(path) ? new String(read(path), StandardCharsets.UTF_8) : "";
        return text.substring(0, text.lastIndexOf('\n') + 1).strip();
    }

    final long awaitPid(String file) {
        return Long.parseLong(awaitWord(file));
    }

    static void awaitEnd(long pid) {
        Awaitility.await()
                .atMost(LONG)
                .until(() ->
                        ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty() || isZombie(pid));
    }

    /** In a container nobody may ask for the exit code of an orphan. */
    private static boolean isZombie(long pid) {
        Path state = Path.of("/proc/" + pid + "/status");
        try (Stream<String> lines = Files.lines(state)) {
            return lines.anyMatch(line -> line.startsWith("State:\tZ"));
        } catch (IOException | UncheckedIOException e) {
            return !Files.exists(state);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
