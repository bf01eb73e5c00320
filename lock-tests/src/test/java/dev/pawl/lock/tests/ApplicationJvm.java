package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs a program of these tests on the class path of an application, whose lists the modules in {@code class-paths} make. */
public final class ApplicationJvm {

    private static final Pattern PAWLS_OWN = Pattern.compile(
            ".*/lock-(api|fencing|redis|redlock|jdbc|zookeeper|micrometer|liquibase|shedlock|spring|spring-boot-starter)"
                    + "(/target/classes|/classes|-[^/]*(?<!-tests)\\.jar)");

    private ApplicationJvm() {}

    /** What the program has written, and its exit status. */
    public static String run(Path folder, String application, Class<?> main, List<String> arguments)
            throws IOException, InterruptedException {
        return started(folder, classPath(application, main), main, arguments);
    }

    /** The same, with more of what is on the class path here. */
    public static String run(Path folder, String application, Class<?> main, List<String> arguments, Pattern more)
            throws IOException, InterruptedException {
        String here = classPathHere()
                .filter(place -> more.matcher(place).matches())
                .collect(Collectors.joining(File.pathSeparator));
        return started(folder, classPath(application, main) + File.pathSeparator + here, main, arguments);
    }

    /** The same, with the DevTools of the application's Spring Boot. */
    public static String runWithDevTools(Path folder, String application, Class<?> main, List<String> arguments)
            throws IOException, InterruptedException {
        String classPath = classPath(application, main) + File.pathSeparator + list(application, "dev-tools");
        return started(folder, classPath, main, arguments);
    }

    /** The same, on what processing ahead of time has made of the application. */
    public static String runAheadOfTime(
            Path folder, String application, Path classes, Class<?> main, List<String> arguments)
            throws IOException, InterruptedException {
        String classPath = classes + File.pathSeparator + classPath(application, main);
        return started(folder, List.of("-Dspring.aot.enabled=true", "-cp", classPath), main, arguments);
    }

    private static String started(Path folder, String classPath, Class<?> main, List<String> arguments)
            throws IOException, InterruptedException {
        return started(folder, List.of("-cp", classPath), main, arguments);
    }

    private static String started(Path folder, List<String> options, Class<?> main, List<String> arguments)
            throws IOException, InterruptedException {
        return Application.start(folder.resolve("output"), options, main, arguments)
                .output();
    }

    private static Stream<String> classPathHere() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    /** Pawl's own classes, the application's libraries, and this module's tests for the main class. */
    private static String classPath(String application, Class<?> main) throws IOException {
        Stream<String> own =
                classPathHere().filter(place -> PAWLS_OWN.matcher(place).matches());
        String tests = main.getProtectionDomain().getCodeSource().getLocation().getPath();
        return Stream.of(own, Stream.of(tests), Stream.of(list(application, "class-path")))
                .flatMap(places -> places)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** What the build of the application's class path has written. */
    private static String list(String application, String name) throws IOException {
        Path libraries = Path.of("..", "class-paths", application, "target", name);
        assertThat(libraries)
                .as("made by the build of class-paths: mvn -pl class-paths/%s validate", application)
                .exists();
        return Files.readString(libraries).strip();
    }
}
