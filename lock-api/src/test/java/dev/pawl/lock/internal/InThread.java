package dev.pawl.lock.internal;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** A caller that may stand still for ever, without the test doing so. */
final class InThread {

    private InThread() {}

    /** Runs it on a new daemon thread. */
    static <T> CompletableFuture<T> call(Callable<T> body) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(body.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                },
                "caller");
        thread.setDaemon(true);
        thread.start();
        return result;
    }
}
