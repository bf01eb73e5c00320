package dev.pawl.lock.internal;

import dev.pawl.lock.spi.Ticker;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;

/**
 * What the engine takes from the world: time, threads, chance and an identity. Everything is injected; a test gives its own.
 *
 * @param ticker the monotonic clock
 * @param clockJumps whether the clock can move on without the timer's knowing, as that of some tests; the timer then looks often
 * @param scheduler the timer
 * @param callbacks completes the users' futures and tells listeners, so it runs users' code, which may block
 * @param alarms runs the users' actions on a loss, which may block too: that news waits behind no other callback
 * @param io runs what blocking client libraries do while no caller stands still for it; no user code comes here, so
 *     what a user blocks delays no renewal
 * @param random a number from zero to below its argument, to spread what would happen at once
 * @param owners a new owner id at each call
 * @param shutdown ends the threads
 */
record Environment(
        Ticker ticker,
        boolean clockJumps,
        Scheduler scheduler,
        Executor callbacks,
        Executor alarms,
        Executor io,
        LongUnaryOperator random,
        OwnerIds owners,
        Runnable shutdown) {

    private static final int IO_THREADS = 16;
    private static final AtomicInteger CLIENTS = new AtomicInteger();

    /** The real world: one timer thread, and three pools that start threads when they are needed and end them when they are not; all daemons. */
    static Environment live(Ticker ticker) {
        String name = "pawl-" + CLIENTS.incrementAndGet();
        TimerThread timer = TimerThread.start(daemons(name + "-timer"));
        CallbackPool callbacks = new CallbackPool(daemons(name + "-callback"), timer);
        CallbackPool alarms = new CallbackPool(daemons(name + "-alarm"), timer);
        ExecutorService io = io(name + "-io");
        return new Environment(
                ticker,
                ticker != Ticker.SYSTEM,
                timer,
                callbacks,
                alarms,
                io,
                bound -> ThreadLocalRandom.current().nextLong(bound),
                OwnerIds.random(),
                () -> {
                    timer.stop();
                    callbacks.retire();
                    alarms.retire();
                    io.shutdown();
                });
    }

    /** What comes after its shutdown is run by who brings it: nothing that somebody waits for is dropped. */
    private static ExecutorService io(String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                IO_THREADS,
                IO_THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                daemons(name),
                (task, closed) -> task.run());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * Where a blocking client library may run: on this thread, if whoever it works for stands still for it. Not on a thread that
     * is interrupted: client libraries give up on it, and what is under way must not end by that.
     */
    Executor here(boolean standsStill) {
        return standsStill && !Thread.currentThread().isInterrupted() ? Runnable::run : io;
    }

    private static ThreadFactory daemons(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * Owner ids of one client: 128 random bits drawn once, then a count. As unique as drawing them each time, without the lock
     * of a secure generator on the way to every lock.
     */
    static final class OwnerIds {
        private final String client;
        private final AtomicLong count = new AtomicLong();

        OwnerIds(String client) {
            this.client = client;
        }

        static OwnerIds random() {
            byte[] bits = new byte[16];
            new SecureRandom().nextBytes(bits);
            return new OwnerIds(Base64.getUrlEncoder().withoutPadding().encodeToString(bits));
        }

        String next() {
            return client + '.' + Long.toString(count.incrementAndGet(), Character.MAX_RADIX);
        }
    }
}
