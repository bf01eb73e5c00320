package dev.pawl.lock.jdbc.internal.exchange;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a backend. Each kind of work has its own, so that none waits for another: never the JDK's common pool, all of whose
 * threads may be waiting for a lock.
 *
 * @param attempts where attempts run that must not run on the caller
 * @param laterGoes where attempts go on that have lost a race: they may be waiting at rows that others keep locked
 * @param others where the other exchanges run that must not run on the caller: what gives a lock back is not behind what wants one
 * @param ahead where renewals run
 * @param tellers who says that an answer did not come in time, to callers who may take theirs
 */
public record Threads(
        ExecutorService attempts,
        ExecutorService laterGoes,
        ExecutorService others,
        ExecutorService ahead,
        ExecutorService tellers) {

    private static final long IDLE_SECONDS = 10;

    /** Those who only say that nothing came. */
    private static final int TELLERS = 2;

    /**
     * Starts none before there is work.
     *
     * @param attempts how many attempts may be under way at once for the first time
     * @param laterGoes how many of those that come again
     * @param others how many of the others
     */
    public static Threads start(String name, int attempts, int laterGoes, int others) {
        ThreadPoolExecutor tellers = pool(name, TELLERS);
        // What comes after the end is said by who brings it: somebody waits for it.
        tellers.setRejectedExecutionHandler((news, ended) -> news.run());
        return new Threads(pool(name, attempts), pool(name, laterGoes), pool(name, others), pool(name, 1), tellers);
    }

    public static ThreadPoolExecutor pool(String name, int count) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                count, count, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> thread(name, task));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    public static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** What is under way is ended by its time limit. */
    public void shutdown() {
        attempts.shutdown();
        laterGoes.shutdown();
        others.shutdown();
        ahead.shutdown();
        tellers.shutdown();
    }
}
