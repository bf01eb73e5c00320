package dev.pawl.lock.redis.internal;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The connection for wake-ups. Nothing comes there for long, so while somebody waits it is asked for a sign of life. */
final class Signals {

    private final StatefulRedisPubSubConnection<String, String> connection;
    private final WatchedConnection line;
    private volatile BooleanSupplier isAwaited = () -> false;

    // Used by one look at a time.
    private volatile boolean asked;
    private volatile long askedNanos;

    Signals(StatefulRedisPubSubConnection<String, String> connection, WatchedConnection line) {
        this.connection = connection;
        this.line = line;
    }

    WatchedConnection line() {
        return line;
    }

    void subscribe(
            String channel,
            Consumer<String> onMessage,
            Runnable onSubscribed,
            BooleanSupplier awaited,
            Duration patience)
            throws ExecutionException, TimeoutException, InterruptedException {
        connection.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String from, String message) {
                line.heard(System.nanoTime());
                onMessage.accept(message);
            }

            @Override
            public void subscribed(String to, long count) {
                line.heard(System.nanoTime());
                onSubscribed.run();
            }
        });
        connection.async().subscribe(channel).get(patience.toNanos(), TimeUnit.NANOSECONDS);
        isAwaited = awaited;
    }

    /** Asks, or gives up a connection that has not answered within the time limit. */
    void look(long now, long limitNanos) {
        if (!line.isSilent(now, limitNanos)) {
            asked = false;
        } else if (asked) {
            if (now - askedNanos >= limitNanos) {
                asked = false;
                line.giveUp(now);
            }
        } else if (isAwaited.getAsBoolean()) {
            asked = true;
            askedNanos = now;
            connection.async().ping().whenComplete((pong, failure) -> {
                // A refusal is an answer too.
                if (failure == null || failure instanceof RedisCommandExecutionException) {
                    line.heard(System.nanoTime());
                }
            });
        }
    }

    CompletableFuture<Void> closeAsync() {
        return connection.closeAsync();
    }
}
