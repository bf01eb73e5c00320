package dev.pawl.lock.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
}
