package dev.pawl.lock.examples;

import java.io.PrintStream;
import java.util.Locale;

/** A line now and then, with the time since the start of an act, for whoever waits. */
final class Progress {

    private static final long INTERVAL_NANOS = 500_000_000;

    private static final long MOMENT_MILLIS = 500;
    private static final long AGAIN_MILLIS = 3_000;

    private final PrintStream out;
    private long start = System.nanoTime();
    private long last = start;

    Progress(PrintStream out) {
        this.out = out;
    }

    void restart() {
        start = System.nanoTime();
        last = start;
    }

    double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    boolean isDue() {
        return System.nanoTime() - last >= INTERVAL_NANOS;
    }

    void tick(String what) {
        if (isDue()) {
            last = System.nanoTime();
            say(what);
        }
    }

    /** What a worker says next. Whoever waits longer than a moment is told what for, and again every few seconds. */
    String[] answerOf(WorkerLink worker, String what) throws InterruptedException, DemoException {
        String[] answer = worker.answer(MOMENT_MILLIS);
        while (answer == null) {
            say(what);
            answer = worker.answer(AGAIN_MILLIS);
        }
        return answer;
    }

    void say(String what) {
        out.printf(Locale.ROOT, "  %5.1f s  %s%n", seconds(), what);
        out.flush();
    }
}
