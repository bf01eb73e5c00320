package dev.pawl.lock.examples;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * Entry point of {@code pawl-demo.jar}: one inventory item, sold by several workers at once.
 *
 * <p>What went wrong is told in one line on the error stream, with exit status 2 if the user can put it right.
 */
public final class Demo {

    static final int AS_PROMISED = 0;
    static final int BROKEN = 1;
    static final int UNUSABLE = 2;

    private Demo() {}

    /** Runs the demo and ends the JVM with its exit status. */
    public static void main(String[] args) {
        System.exit(run(System.out, System.err, args));
    }

    static int run(PrintStream out, PrintStream err, String... args) {
        try {
            Arguments arguments = Arguments.parse(args);
            if (arguments.help()) {
                out.print(Arguments.helpText());
                return AS_PROMISED;
            }
            Result result = play(out, arguments);
            out.printf("%n%s", Report.table(result));
            if (!result.isAsPromised()) {
                err.println("demo: the lock did not hold what it promises; see the table");
                return BROKEN;
            }
            return AS_PROMISED;
        } catch (DemoException | LockException | IOException e) {
            if (!AtExit.isExiting()) {
                err.println("demo: " + Problems.oneLine(e));
            }
            return UNUSABLE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNUSABLE;
        }
    }

    static Result play(PrintStream out, Arguments arguments) throws IOException, DemoException, InterruptedException {
        try (Scratch scratch = Scratch.create()) {
            if (!arguments.isEmbedded()) {
                return play(out, arguments, scratch);
            }
            Embedded database = Embedded.serve(scratch.directory());
            try {
                return play(out, arguments, scratch);
            } finally {
                database.close();
            }
        }
    }

    private static Result play(PrintStream out, Arguments arguments, Scratch scratch)
            throws IOException, DemoException, InterruptedException {
        String run = Long.toString(ProcessHandle.current().pid());
        Progress progress = new Progress(out);
        try (LockClient locks = LockClient.connect(arguments.url())) {
            out.println("Pawl demo on " + Secrets.mask(arguments.url()) + " (see --help)");
            out.print(locks.guarantees().summary().replaceAll("(.{1,76})(?: +|$)", "  $1\n"));
            out.println("Starting the workers: each is " + kind(arguments));
            try (Crew crew = Crew.start(arguments, run, scratch.directory(), progress)) {
                Acts acts = new Acts(out, progress, arguments, run, crew, scratch.directory(), locks.guarantees());
                acts.warmUp();
                return new Result(
                        acts.withoutLock(), acts.withLock(locks, arena(arguments, scratch)), acts.lateWrite());
            }
        }
    }

    private static String kind(Arguments arguments) {
        if (arguments.isInProcess()) {
            return "a thread with a lock client of its own";
        }
        return "a JVM of its own" + (arguments.isEmbedded() ? ", and so is the database" : "");
    }

    /** A service inside this JVM is shared with nobody, so the stock is not either. */
    private static Path arena(Arguments arguments, Scratch scratch) {
        return arguments.isInProcess()
                ? scratch.directory().resolve("with")
                : Arena.directoryFor(
                        Path.of(System.getProperty("java.io.tmpdir")),
                        System.getProperty("user.name"),
                        arguments.url());
    }
}
