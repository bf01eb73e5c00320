package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/**
 * A thread with a result. Unlike an executor's task it can be seen to wait, and interrupted.
 *
 * @param <T> the result
 */
public final class Job<T> {

    private static final long PATIENCE_SECONDS = Bench.PATIENCE.toSeconds();

    private final FutureTask<T> task;
    private final Thread thread;

    private Job(String name, Callable<T> body) {
        task = new FutureTask<>(body);
        thread = new Thread(task, name);
        thread.setDaemon(true);
    }

    /**
     * Starts a thread.
     *
     * @param name the thread's name
     * @param body what it does
     * @param <T> the result
     * @return the running job
     */
    static <T> Job<T> start(String name, Callable<T> body) {
        Job<T> job = new Job<>(name, body);
        job.thread.start();
        return job;
    }

    /**
     * Returns once the thread waits for something.
     *
     * @return this
     */
    public Job<T> awaitWaiting() {
        Awaitility.await()
                .alias(thread.getName() + " waits")
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> isWaiting() || task.isDone());
        assertThat(task.isDone())
                .as("%s ended instead of waiting", thread.getName())
                .isFalse();
        return this;
    }

    /**
     * Gives the body some time to end, where it may just as well wait for something.
     *
     * @param most how long to wait for it
     * @return whether it has ended
     */
    public boolean endsWithin(Duration most) {
        try {
            task.get(most.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private boolean isWaiting() {
        Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING || isReading();
    }

    /** In a client library that blocks, a thread that waits for its reply is in native code of the network. */
    private boolean isReading() {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0
                && stack[0].isNativeMethod()
                && stack[0].getClassName().startsWith("sun.nio.ch.");
    }

    /** Interrupts the thread. */
    public void interrupt() {
        thread.interrupt();
    }

    /**
     * Whether the body has ended.
     *
     * @return true after its result or its exception
     */
    public boolean isDone() {
        return task.isDone();
    }

    /**
     * Waits for the result; an exception of the body, and a body that does not end, fail the case.
     *
     * @return the result
     */
    public T get() {
        try {
            return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(thread.getName() + " failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw stuck(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Waits for the exception of the body; a result, and a body that does not end, fail the case.
     *
     * @return the exception
     */
    public Throwable failure() {
        try {
            T result = task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            throw new AssertionError(thread.getName() + " should have failed, but returned " + result);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            return cause != null ? cause : e;
        } catch (TimeoutException e) {
            throw stuck(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private AssertionError stuck(TimeoutException cause) {
        AssertionError error = new AssertionError(thread.getName() + " is stuck in " + thread.getState(), cause);
        Throwable where = new Throwable("where " + thread.getName() + " is");
        where.setStackTrace(thread.getStackTrace());
        error.addSuppressed(where);
        return error;
    }

    private static AssertionError interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new AssertionError("the case was interrupted, most likely by its time limit", cause);
    }
}
