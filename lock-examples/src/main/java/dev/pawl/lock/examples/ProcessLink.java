package dev.pawl.lock.examples;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A worker that is a process of its own. */
final class ProcessLink extends WorkerLink {

    /**
     * Stops a process, and lets it go on when told so or when the demo is gone, whichever comes first: a stopped process could
     * not end itself.
     */
    private static final String STOPPER =
            "trap '' INT HUP; kill -STOP \"$1\" || exit 1; echo stopped; read line; kill -CONT \"$1\"";

    /** The exit status of a process that a signal ended is larger. */
    private static final int SIGNALLED = 128;

    private final String seller;
    private final Process process;
    private final BufferedWriter orders;
    private @Nullable Process stopper;

    private ProcessLink(String seller, Process process) {
        this.seller = seller;
        this.process = process;
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** Starts it. What it says besides goes to a file, for whoever looks for the reason of a failure. */
    static ProcessLink start(String seller, String url, Path log) throws IOException {
        Process process = new ProcessBuilder(ChildJvm.command(WorkerMain.class, seller))
                .redirectError(log.toFile())
                .start();
        ProcessLink link = new ProcessLink(seller, process);
        Thread listener = new Thread(link::listen, "listens to worker " + seller);
        listener.setDaemon(true);
        listener.start();
        link.tell(url);
        return link;
    }

    private void listen() {
        try (BufferedReader answers = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                heard(line);
            }
            // Ctrl-C reaches worker and demo alike: the demo's own end comes first then.
            if (process.waitFor() > SIGNALLED) {
                Thread.sleep(500);
            }
        } catch (IOException | InterruptedException e) {
            // The same as its end, below.
        }
        heard(Fields.join("failed", "worker " + seller + " (process " + process.pid() + ") ended before its work"));
    }

    /** A worker that cannot be told anything has ended, which {@link #listen} says. */
    @Override
    void tell(String... fields) {
        try {
            orders.write(Fields.join(fields));
            orders.newLine();
            orders.flush();
        } catch (IOException e) {
            process.destroyForcibly();
        }
    }

    @Override
    void stop() throws DemoException {
        String pid = Long.toString(process.pid());
        try {
            Process started = new ProcessBuilder("sh", "-c", STOPPER, "sh", pid)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            stopper = started;
            if (!"stopped".equals(started.inputReader().readLine())) {
                throw new DemoException("process " + pid + " could not be stopped with kill -STOP");
            }
        } catch (IOException e) {
            throw new DemoException("sh, which is needed to stop a process, did not start: " + Problems.oneLine(e));
        }
    }

    @Override
    void resume() {
        Process started = stopper;
        if (started == null) {
            return;
        }
        stopper = null;
        try {
            started.outputWriter().close();
            started.waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            // It has ended already, which was its last act.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    String stopping() {
        return "SIGSTOP to process " + process.pid();
    }

    @Override
    boolean renewsUntilStopped() {
        return true;
    }

    @Override
    public void close() {
        resume();
        tell(Fields.QUIT);
        try {
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it at once, stopped or not. */
    void kill() {
        process.destroyForcibly();
    }
}
