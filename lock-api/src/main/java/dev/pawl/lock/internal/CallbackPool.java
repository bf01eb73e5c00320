package dev.pawl.lock.internal;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads for the users' code, which may block. A few are enough while tasks come to an end; when none does and others wait,
 * their number doubles each tenth of a second, up to a bound. So what some callbacks wait for cannot stand behind them.
 *
 * <p>No task is dropped and none runs on the thread that brings it, also after {@link #retire} and while the machine has no
 * thread to give: that one waits until there is one. Threads without work end by themselves.
 */
final class CallbackPool implements Executor {

    private static final Logger LOG = LoggerFactory.getLogger(CallbackPool.class);

    /** How many threads there are before anything stands still. */
    static final int FEW = 16;

    /** The bound on what blocked callbacks may cost. */
    static final int MOST = 4_096;

    private static final long LOOK = 100_000_000;
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration IDLE_AT_THE_END = Duration.ofMillis(10);

    private final Scheduler timer;
    private final Pool pool;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicBoolean watched = new AtomicBoolean();

    private final ReentrantLock looking = new ReentrantLock();

    /** What waited first at the last look. Guarded by {@link #looking}, as is what follows. */
    private @Nullable Runnable first;

    private boolean retired;

    CallbackPool(ThreadFactory threads, Scheduler timer) {
        this.timer = timer;
        this.pool = new Pool(threads);
    }

    private final class Pool extends ThreadPoolExecutor {
        private Pool(ThreadFactory threads) {
            super(FEW, MOST, IDLE.toMillis(), TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), threads);
            allowCoreThreadTimeOut(true);
        }

        @Override
        protected void beforeExecute(Thread thread, Runnable task) {
            running.incrementAndGet();
            watchIfAllAreBusy();
        }

        @Override
        protected void afterExecute(Runnable task, @Nullable Throwable failure) {
            running.decrementAndGet();
        }
    }

    @Override
    public void execute(Runnable task) {
        try {
            pool.execute(task);
            watchIfAllAreBusy();
        } catch (Throwable e) {
            if (!pool.getQueue().contains(task)) {
                pool.getQueue().add(task);
            }
            watch();
            Warnings.warn(LOG, "no thread for a callback, it waits for one", e);
        }
    }

    /** The client is closed: there is no timer any more, so whatever comes or waits gets a thread at once. */
    void retire() {
        looking.lock();
        try {
            retired = true;
            pool.setKeepAliveTime(IDLE_AT_THE_END.toMillis(), TimeUnit.MILLISECONDS);
            pool.setCorePoolSize(MOST);
        } finally {
            looking.unlock();
        }
    }

    int threads() {
        return pool.getPoolSize();
    }

    private void watchIfAllAreBusy() {
        if (running.get() >= FEW && !pool.getQueue().isEmpty()) {
            watch();
        }
    }

    private void watch() {
        if (watched.compareAndSet(false, true)) {
            try {
                timer.schedule(LOOK, this::look);
            } catch (Throwable e) {
                watched.set(false);
                Warnings.warn(LOG, "no thread for the timer", e);
            }
        }
    }

    private void look() {
        watched.set(false);
        looking.lock();
        try {
            if (!retired) {
                growWhereNothingEnds(pool.getQueue().peek());
            }
        } finally {
            looking.unlock();
        }
    }

    /** Guarded by {@link #looking}. */
    private void growWhereNothingEnds(@Nullable Runnable waiting) {
        boolean stuck = waiting != null && waiting == first;
        first = waiting;
        try {
            if (stuck) {
                pool.setCorePoolSize(Math.min(MOST, Math.max(FEW, 2 * pool.getPoolSize())));
                pool.prestartCoreThread();
            } else if (waiting == null) {
                pool.setCorePoolSize(FEW);
            }
        } catch (Throwable e) {
            Warnings.warn(LOG, "no more threads for callbacks", e);
        }
        if (waiting != null) {
            watch();
        }
    }
}
