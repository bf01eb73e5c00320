package dev.pawl.lock.testkit;

import dev.pawl.lock.LockConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A JVM of its own, on the class path of this one: what a process of an application is, and what can be killed and stopped like
 * one. It is spoken to in lines. Never outlives this JVM: it is killed by {@link #close()}, and ends by itself when its
 * standard input does.
 */
public final class ChildJvm implements AutoCloseable {

    /** The environment variable that carries the URL, which a command line would show to everybody. */
    static final String URL_VARIABLE = "PAWL_CHILD_URL";

    /** The backend's own settings, {@code key=value} in lines. */
    private static final String SETTINGS_VARIABLE = "PAWL_CHILD_SETTINGS";

    private static final Duration PATIENCE = Duration.ofSeconds(100);

    private static final int EXCERPT = 30;

    /** The exit status that a shell, and Java, give to what SIGKILL ended. */
    private static final int KILLED = 128 + 9;

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader;
    private final Thread reaper;

    private ChildJvm(Process process) {
        this.process = process;
        reader = new Thread(this::read, "child-" + process.pid() + "-reader");
        reader.setDaemon(true);
        reaper = new Thread(process::destroyForcibly, "child-" + process.pid() + "-reaper");
    }

    /**
     * Starts one.
     *
     * @param main the class to run; where the service is, it finds in {@link #config()}
     * @param url where it reaches the service
     * @param settings the backend's own settings that go with the URL
     * @param environment variables beside those of this JVM
     * @param arguments of its {@code main}
     * @return the running child, closed by the caller
     */
    public static ChildJvm start(
            Class<?> main,
            String url,
            Map<String, String> settings,
            Map<String, String> environment,
            String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectInput(Redirect.PIPE);
        builder.environment().putAll(environment);
        builder.environment().put(URL_VARIABLE, url);
        builder.environment()
                .put(
                        SETTINGS_VARIABLE,
                        settings.entrySet().stream()
                                .map(setting -> setting.getKey() + "=" + setting.getValue())
                                .collect(Collectors.joining("\n")));
        try {
            ChildJvm child = new ChildJvm(builder.start());
            child.reader.start();
            Runtime.getRuntime().addShutdownHook(child.reaper);
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * In the child: where the service is.
     *
     * @return a configuration with the URL and the settings that the child was started with
     */
    public static LockConfig.Builder config() {
        String url = System.getenv(URL_VARIABLE);
        if (url == null) {
            throw new IllegalStateException(URL_VARIABLE + " is not set");
        }
        LockConfig.Builder config = LockConfig.builder().url(url);
        Objects.requireNonNullElse(System.getenv(SETTINGS_VARIABLE), "")
                .lines()
                .map(line -> line.split("=", 2))
                .forEach(setting -> config.property(setting[0], setting[1]));
        return config;
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("output ended: " + e);
        }
    }

    /**
     * The process's number.
     *
     * @return the number
     */
    public long pid() {
        return process.pid();
    }

    /**
     * Everything that the child has written.
     *
     * @return a snapshot, standard error included
     */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    /**
     * Waits for a line.
     *
     * @param word the line's first word
     * @return the words after it
     */
    public List<String> awaitLine(String word) {
        await("the line '" + word + "'", () -> has(word));
        return lines.stream()
                .filter(line -> starts(line, word))
                .findFirst()
                .map(line -> List.of(line.split(" ")))
                .map(words -> words.subList(1, words.size()))
                .orElseThrow();
    }

    /**
     * Waits for something that the child does. If it ends before, or takes too long, the failure shows what it has written.
     *
     * @param what the condition in words
     * @param condition whether it has done that
     */
    public void await(String what, BooleanSupplier condition) {
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .atMost(PATIENCE)
                    .until(() -> condition.getAsBoolean() || !reader.isAlive());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("the child has not done in time: " + what + "; it wrote:\n" + excerpt(), e);
        }
        if (!condition.getAsBoolean()) {
            throw new AssertionError("the child ended without " + what + "; it wrote:\n" + excerpt());
        }
    }

    /**
     * Whether the child has written a line.
     *
     * @param word the line's first word
     * @return true if it has been read here
     */
    public boolean has(String word) {
        return lines.stream().anyMatch(line -> starts(line, word));
    }

    private static boolean starts(String line, String word) {
        return line.equals(word) || line.startsWith(word + " ");
    }

    /**
     * What became of a child that was not killed, and yet has ended.
     *
     * @return its exit status and its first and last lines; empty while it lives, or if a SIGKILL ended it
     */
    public Optional<String> endedByItself() {
        if (process.isAlive() || process.exitValue() == KILLED) {
            return Optional.empty();
        }
        return Optional.of("it ended by itself with " + process.exitValue() + "; it wrote:\n" + excerpt());
    }

    /** How it began, which is where a start fails, and how it ended. */
    private String excerpt() {
        List<String> all = lines();
        if (all.size() <= 2 * EXCERPT) {
            return String.join("\n", all);
        }
        return String.join("\n", all.subList(0, EXCERPT)) + "\n…\n"
                + String.join("\n", all.subList(all.size() - EXCERPT, all.size()));
    }

    /**
     * Tells the child something.
     *
     * @param line what to tell it
     */
    public void send(String line) {
        try {
            Writer input = process.outputWriter(StandardCharsets.UTF_8);
            input.write(line + "\n");
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it with SIGKILL and waits for its end. */
    public void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("child " + process.pid() + " survives SIGKILL");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops it with SIGSTOP: it does nothing until {@link #resume()}. */
    public void stop() {
        signal("STOP");
    }

    /** Lets it go on with SIGCONT. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String signal) {
        try {
            int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new AssertionError("kill -" + signal + " ended with " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while sending SIG" + signal, e);
        }
    }

    /** Kills it if it lives. */
    @Override
    public void close() {
        kill();
        try {
            Runtime.getRuntime().removeShutdownHook(reaper);
        } catch (IllegalStateException e) {
            // This JVM is shutting down: the hook runs anyway.
        }
    }
}
