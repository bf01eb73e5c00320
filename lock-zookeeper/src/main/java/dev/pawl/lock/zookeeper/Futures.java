package dev.pawl.lock.zookeeper;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** What {@link CompletableFuture} has no word for. */
final class Futures {

    private Futures() {}

    /**
     * Goes on after an answer, whether that is a value or a failure, with another request or its result.
     *
     * @param next gets the value, or the failure
     */
    static <T extends @Nullable Object, R> CompletableFuture<R> after(
            CompletableFuture<T> answer, BiFunction<T, @Nullable Throwable, CompletableFuture<R>> next) {
        return answer.handle(next).thenCompose(further -> further);
    }
}
