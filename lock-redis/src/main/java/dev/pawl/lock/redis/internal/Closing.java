package dev.pawl.lock.redis.internal;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for what lettuce closes, for a bounded time only: on one of lettuce's own threads it would otherwise wait for itself. What is
 * not closed by then closes behind our back.
 */
public final class Closing {

    static final Duration PATIENCE = Duration.ofSeconds(1);

    private Closing() {}

    /** Waits a bounded time; whether it was enough, or the closing failed, makes no difference. */
    public static void await(Future<?> closing) {
        try {
            closing.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // The sockets are closed or the server is away; either way nothing more can be done here.
        }
    }
}
