package dev.pawl.lock.spring.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.testkit.Bench;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Something that runs on a thread of its own. */
final class Work<T> {

    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Thread thread;

    private Work(Callable<T> body) {
        this.thread = new Thread(() -> run(body), "work");
        this.thread.setDaemon(true);
    }

    static <T> Work<T> start(Callable<T> body) {
        Work<T> work = new Work<>(body);
        work.thread.start();
        return work;
    }

    private void run(Callable<T> body) {
        try {
            result.complete(body.call());
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    void interrupt() {
        thread.interrupt();
    }

    void awaitWaiting() {
        Bench.await("the thread waits")
                .until(() ->
                        thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
        assertThat(result).isNotDone();
    }

    T get() {
        return Bench.get(result);
    }

    Throwable failure() {
        return Bench.failure(result);
    }
}
