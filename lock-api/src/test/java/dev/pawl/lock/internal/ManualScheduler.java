package dev.pawl.lock.internal;

import dev.pawl.lock.spi.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A timer on which nothing happens until the test says so. */
final class ManualScheduler implements Scheduler {

    private record Task(Runnable action) {}

    private final List<Task> waiting = new CopyOnWriteArrayList<>();
    private final List<Duration> delays = new CopyOnWriteArrayList<>();

    /** The real world, but for the timer. */
    Environment environment(Ticker ticker) {
        Environment live = Environment.live(ticker);
        return new Environment(
                ticker,
                live.clockJumps(),
                this,
                live.callbacks(),
                live.alarms(),
                live.io(),
                live.random(),
                live.owners(),
                live.shutdown());
    }

    @Override
    public Runnable schedule(long delayNanos, Runnable task) {
        Task scheduled = new Task(task);
        delays.add(Duration.ofNanos(delayNanos));
        waiting.add(scheduled);
        return () -> waiting.remove(scheduled);
    }

    /** Runs what is scheduled now; what that schedules waits for the next call. */
    void run() {
        List<Task> due = new ArrayList<>(waiting);
        waiting.removeAll(due);
        due.forEach(task -> task.action().run());
    }

    /** How many tasks are neither run nor cancelled. */
    int waiting() {
        return waiting.size();
    }

    /** Every delay that was asked for. */
    List<Duration> delays() {
        return delays;
    }
}
