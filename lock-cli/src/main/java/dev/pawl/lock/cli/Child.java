package dev.pawl.lock.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** The command that runs, with the streams of this process. Safe for use by several threads. */
final class Child {

    /** A process that nobody takes the exit code from stays in the list of processes for ever, killed or not. */
    private static final Duration KILLED_BY_THEN = Duration.ofSeconds(2);

    /** What {@code ./pawl} says of the LC_ALL that it has set for the JVM: the value before, or {@code unset}. */
    private static final String LC_ALL_BEFORE = "dev.pawl.cli.lc-all";

    private final Process process;

    private Child(Process process) {
        this.process = process;
    }

    static Child start(List<String> command, Map<String, String> more) throws CliException {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        String before = System.getProperty(LC_ALL_BEFORE);
        if (before != null && before.equals("unset")) {
            builder.environment().remove("LC_ALL");
        } else if (before != null) {
            builder.environment().put("LC_ALL", before);
        }
        builder.environment().putAll(more);
        try {
            return new Child(builder.start());
        } catch (IOException e) {
            throw new CliException(ExitCode.NOT_EXECUTABLE, Text.oneLine(e));
        }
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /** Sends a signal to the command itself: what it has started is its own concern. */
    void signal(String name) {
        if (!process.isAlive()) {
            return;
        }
        if (name.equals("TERM")) {
            process.destroy();
            return;
        }
        try {
            // The shell's own kill: a small system may have no other.
            new ProcessBuilder("/bin/sh", "-c", "kill -s \"$1\" \"$2\"", "kill", name, Long.toString(process.pid()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            process.destroy();
        }
    }

    /**
     * Ends the command and what it has started: asks them, and kills what is left when the time is over. Returns when they have ended.
     * What has cut itself off from the command, as a daemon does, is not found.
     */
    void stop(Duration grace) {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroy);
        if (!haveEnded(all, grace)) {
            List<ProcessHandle> rest = all.stream()
                    .flatMap(one -> Stream.concat(one.descendants(), Stream.of(one)))
                    .filter(ProcessHandle::isAlive)
                    .distinct()
                    .toList();
            rest.forEach(ProcessHandle::destroyForcibly);
            haveEnded(rest, KILLED_BY_THEN);
        }
    }

    private static boolean haveEnded(List<ProcessHandle> processes, Duration within) {
        CompletableFuture<Void> ends = CompletableFuture.allOf(
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new));
        try {
            ends.get(within.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return processes.stream().noneMatch(ProcessHandle::isAlive);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Waits for the end of the command, whatever interrupts this thread. For one that a signal has ended: 128 and its number. */
    int exitCode() {
        while (true) {
            try {
                return process.waitFor();
            } catch (InterruptedException e) {
                // A signal that came before the command was there; it has been handed on.
            }
        }
    }
}
