package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An application in a JVM of its own: {@link ClassPathMain} with the libraries, and in the shape, that somebody else has chosen. */
final class Application {

    private static final Pattern PAWLS_OWN = Pattern.compile(
            ".*/lock-(api|fencing|redis|redlock|jdbc|zookeeper)(/target/classes|/classes|-[^/]*(?<!-tests)\\.jar)");

    private final Process process;
    private final Path output;

    private Application(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /**
     * Starts it.
     *
     * @param output a file for what it writes
     * @param options of the JVM, class path included
     */
    static Application start(Path output, List<String> options, String... urls) throws IOException {
        return start(output, options, ClassPathMain.class, List.of(urls));
    }

    /** The same for another main class. */
    static Application start(Path output, List<String> options, Class<?> main, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.add(main.getName());
        command.addAll(arguments);
        return new Application(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start(),
                output);
    }

    /** What it has written, once it has ended. */
    String output() throws IOException, InterruptedException {
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES))
                    .as("the application's end")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output) + "\nexit status " + process.exitValue();
    }

    /** As {@link #output}, of which each line is of a lock that was held, but for the log. */
    void holds(int locks) throws IOException, InterruptedException {
        String written = output();
        assertThat(written.lines().filter(line -> line.startsWith("held ")))
                .as(written)
                .hasSize(locks);
    }

    /** Pawl's modules as this build has them: folders of classes, or jars. */
    static List<Path> pawlsOwn() {
        return classPath()
                .filter(place -> PAWLS_OWN.matcher(place.toString()).matches())
                .toList();
    }

    /** The libraries of this build that {@link ClassPathMain} needs. */
    static List<Path> libraries() {
        return classPath()
                .filter(place -> place.toString().endsWith(".jar"))
                .filter(place -> !PAWLS_OWN.matcher(place.toString()).matches())
                .filter(place -> place.getFileName()
                        .toString()
                        .matches("(lettuce|netty|reactor|reactive|redis-authx|HikariCP|curator|zookeeper|slf4j|h2).*"))
                .toList();
    }

    /** Where {@link ClassPathMain} is. */
    static Path main() {
        return Path.of(ClassPathMain.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
    }

    /** Pawl's own classes, and the main class. */
    static String withPawl() {
        return join(pawlsOwn()) + File.pathSeparator + main();
    }

    static String join(List<Path> places) {
        return places.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private static Stream<Path> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of);
    }
}
