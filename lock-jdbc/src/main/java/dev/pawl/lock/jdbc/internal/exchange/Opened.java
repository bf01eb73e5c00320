package dev.pawl.lock.jdbc.internal.exchange;

import dev.pawl.lock.spi.Interrupts;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;

/** What was opened for a backend, and is closed with it: the last first, and once. Filled by one thread, closed by any. */
public final class Opened implements AutoCloseable {

    private final Deque<Runnable> closings = new ArrayDeque<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Adds how to close what was just opened. */
    public void add(Runnable closing) {
        closings.push(closing);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            // Pools break off their shutdown on an interrupted thread.
            Interrupts.heldBack(this::closeAll);
        }
    }

    /** All of them, even if one throws. */
    private void closeAll() {
        Runnable last = closings.poll();
        if (last != null) {
            try {
                last.run();
            } finally {
                closeAll();
            }
        }
    }
}
