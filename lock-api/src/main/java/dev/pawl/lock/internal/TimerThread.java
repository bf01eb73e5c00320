package dev.pawl.lock.internal;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timer of one client: one thread, and an inbox that callers put their tasks into.
 *
 * <p>A caller takes no lock here. In a {@link java.util.concurrent.ScheduledThreadPoolExecutor} it does, and where its stack ends
 * just after it has taken that lock, nobody gives it back: the timer, and with it the client, stands still from then on.
 *
 * <pre>
 *    caller:  put into the inbox,  then read until when the thread sleeps ──▶ wake it, if that is too late
 *    thread:  write until when it sleeps,  then read the inbox ──▶ sleep, if that is empty
 * </pre>
 */
final class TimerThread implements Scheduler {

    private static final Logger LOG = LoggerFactory.getLogger(TimerThread.class);

    /** After a throw of the thread's own, as without memory. */
    private static final long PAUSE = 10_000_000;

    /** How many cancelled tasks may wait for their time beside as many that are not. */
    private static final int CANCELLED = 1_024;

    private static final Comparator<Task> BY_TIME = (one, other) -> Long.signum(one.at - other.at);

    private final Queue<Task> inbox = new ConcurrentLinkedQueue<>();

    /** Touched by the thread only. */
    private final PriorityQueue<Task> tasks = new PriorityQueue<>(BY_TIME);

    private final AtomicInteger cancelled = new AtomicInteger();
    private final Thread thread;
    private volatile boolean stopped;
    private volatile boolean sleeping;
    private volatile long sleepsUntil;

    private TimerThread(ThreadFactory threads) {
        thread = threads.newThread(this::work);
    }

    static TimerThread start(ThreadFactory threads) {
        TimerThread timer = new TimerThread(threads);
        timer.thread.start();
        return timer;
    }

    private final class Task implements Runnable {
        private final long at;
        private volatile @Nullable Runnable body;

        private Task(long at, Runnable body) {
            this.at = at;
            this.body = body;
        }

        /** Cancels. A task that is over, too: then the count is too high for a while, which costs a look. */
        @Override
        public void run() {
            if (body != null) {
                body = null;
                if (cancelled.incrementAndGet() == CANCELLED) {
                    LockSupport.unpark(thread);
                }
            }
        }
    }

    @Override
    public Runnable schedule(long delayNanos, Runnable task) {
        Task added = new Task(System.nanoTime() + Math.max(0, Math.min(delayNanos, Long.MAX_VALUE / 2)), task);
        if (!stopped) {
            inbox.add(added);
            if (sleeping && added.at - sleepsUntil < 0) {
                LockSupport.unpark(thread);
            }
        }
        return added;
    }

    /** Ends the thread; what waits for its time is dropped, as is what comes later. */
    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    private void work() {
        while (!stopped) {
            try {
                takeIn();
                forgetCancelled();
                runDue();
                sleep();
            } catch (Throwable e) {
                // Nothing is thrown out of here: without this thread no request ends in time.
                Warnings.warn(LOG, "the timer goes on", e);
                LockSupport.parkNanos(PAUSE);
            }
        }
        inbox.clear();
    }

    /** A task leaves the inbox when it is in the heap: a throw in between loses none. */
    private void takeIn() {
        for (Task next = inbox.peek(); next != null; next = inbox.peek()) {
            tasks.add(next);
            inbox.poll();
        }
    }

    private void forgetCancelled() {
        if (cancelled.get() >= CANCELLED) {
            cancelled.set(0);
            tasks.removeIf(task -> task.body == null);
        }
    }

    private void runDue() {
        long now = System.nanoTime();
        for (Task first = tasks.peek(); first != null && first.at - now <= 0; first = tasks.peek()) {
            tasks.poll();
            Runnable body = first.body;
            first.body = null;
            if (body != null) {
                run(body);
            }
        }
    }

    private static void run(Runnable body) {
        try {
            body.run();
        } catch (Throwable e) {
            Warnings.warn(LOG, "a task of the timer threw", e);
        }
    }

    private void sleep() {
        Task first = tasks.peek();
        long now = System.nanoTime();
        long until = first == null ? now + Long.MAX_VALUE / 4 : first.at;
        sleepsUntil = until;
        sleeping = true;
        if (inbox.isEmpty() && !stopped && cancelled.get() < CANCELLED) {
            LockSupport.parkNanos(this, until - now);
        }
        sleeping = false;
    }
}
