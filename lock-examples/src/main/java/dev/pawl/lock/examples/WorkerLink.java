package dev.pawl.lock.examples;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The demo's side of the talk with one worker. */
abstract class WorkerLink implements AutoCloseable {

    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    /** For the implementation: the worker has said something. */
    final void heard(String line) {
        answers.add(line);
    }

    /** What the worker says next, or null if it is silent for that long. */
    final String @Nullable [] answer(long millis) throws InterruptedException, DemoException {
        String line = answers.poll(millis, TimeUnit.MILLISECONDS);
        if (line == null) {
            return null;
        }
        String[] fields = Fields.split(line);
        if (fields[0].equals("failed")) {
            throw new DemoException(fields[1]);
        }
        return fields;
    }

    /** What the worker says next. */
    final String[] answer() throws InterruptedException, DemoException {
        String[] fields = null;
        while (fields == null) {
            fields = answer(1_000);
        }
        return fields;
    }

    abstract void tell(String... fields);

    /** Stops it in its tracks: no thread of it runs until {@link #resume}. */
    abstract void stop() throws DemoException;

    abstract void resume();

    /** Who it is, and how it is stopped, for the reader of the demo. */
    abstract String stopping();

    /** Whether a stopped worker renews its lease until it is really stopped. */
    abstract boolean renewsUntilStopped();

    /** Asks it to end; bounded. */
    @Override
    public abstract void close();
}
