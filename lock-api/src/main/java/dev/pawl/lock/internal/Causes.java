package dev.pawl.lock.internal;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The exception behind a failed stage. */
final class Causes {

    private Causes() {}

    static Throwable of(@Nullable Throwable failure, String otherwise) {
        if (failure == null) {
            return new IllegalStateException(otherwise);
        }
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
