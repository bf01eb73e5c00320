package dev.pawl.lock.chaos;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where a process writes down what happens. Each event is one unbuffered write to the end of the file: what was written stays
 * when the process is killed. Safe for use by several threads, interrupted ones too.
 */
final class EventLog implements AutoCloseable {

    private final String process;
    private final FileOutputStream file;

    EventLog(String process, Path path) {
        this.process = process;
        try {
            file = new FileOutputStream(path.toFile(), true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes an event of this process. */
    void write(long at, Event.Kind kind, long op, String lock, long token, long until, String note) {
        write(new Event(at, kind, process, op, lock, token, until, note));
    }

    /** Writes an event. */
    void write(Event event) {
        try {
            file.write(event.line().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
