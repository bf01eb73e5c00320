package dev.pawl.lock.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Calls to a backend, whose code is not ours: whatever it throws, and a null, become a failed stage. */
final class Stages {

    private Stages() {}

    static <T> CompletionStage<T> of(Supplier<? extends @Nullable CompletionStage<T>> call) {
        try {
            CompletionStage<T> stage = call.get();
            return stage != null
                    ? stage
                    : CompletableFuture.failedStage(new NullPointerException("the backend gave null"));
        } catch (Throwable e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /**
     * The same end, told on another thread: for a future that is given to users, whose code may depend on it.
     *
     * @param before what that thread does first
     */
    static <T> CompletableFuture<T> copy(CompletionStage<T> stage, Executor teller, Runnable before) {
        CompletableFuture<T> copy = new CompletableFuture<>();
        stage.whenCompleteAsync(
                (value, failure) -> {
                    before.run();
                    if (failure == null) {
                        copy.complete(value);
                    } else {
                        copy.completeExceptionally(Causes.of(failure, ""));
                    }
                },
                teller);
        return copy;
    }
}
