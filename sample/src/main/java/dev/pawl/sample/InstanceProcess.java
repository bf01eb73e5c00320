package dev.pawl.sample;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An instance in a process of its own. */
final class InstanceProcess implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 120;
    private static final long TO_END_SECONDS = 40;

    private final int number;
    private final Process process;
    private final CompletableFuture<String> url = new CompletableFuture<>();
    private final Thread reaper;

    private InstanceProcess(int number, Process process) {
        this.number = number;
        this.process = process;
        this.reaper = new Thread(this::end);
    }

    static InstanceProcess start(int number, int port, Database database) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:+UseSerialGC"));
        String classPath = System.getProperty("java.class.path");
        if (classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)) {
            command.addAll(List.of("-jar", classPath));
        } else {
            command.addAll(List.of("-cp", classPath, Sample.class.getName()));
        }
        command.addAll(List.of("--sample.instance=" + number, "--server.port=" + port));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // A command line would show the password to everybody.
        builder.environment()
                .putAll(Map.of(
                        "SPRING_DATASOURCE_URL", database.url(),
                        "SPRING_DATASOURCE_USERNAME", database.user(),
                        "SPRING_DATASOURCE_PASSWORD", database.password()));
        InstanceProcess instance = new InstanceProcess(number, builder.start());
        Runtime.getRuntime().addShutdownHook(instance.reaper);
        Thread reader = new Thread(instance::read, "instance-" + number);
        reader.setDaemon(true);
        reader.start();
        return instance;
    }

    private void read() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                System.out.println("instance " + number + ": " + line);
                if (line.startsWith(Instance.SERVES)) {
                    url.complete(line.substring("serves ".length()));
                }
            }
        } catch (IOException e) {
            System.out.println("instance " + number + ": " + e);
        }
        url.completeExceptionally(new IllegalStateException("instance " + number + " has ended"));
    }

    /** Where it serves, once it does. */
    String url() throws Exception {
        return url.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    boolean serves() {
        return url.isDone();
    }

    /** Without a word: nothing is released. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private void end() {
        process.destroy();
        try {
            process.waitFor(TO_END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    /** Ends it as an operating system does that shuts down, and waits. */
    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(reaper);
        } catch (IllegalStateException e) {
            // The hook is running.
        }
    }
}
