package dev.pawl.lock.redis.internal;

import io.lettuce.core.CommandListenerWriter;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.protocol.CommandExpiryWriter;
import io.lettuce.core.protocol.DefaultEndpoint;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One connection to one server: when it was heard last, and how to give it up, so that lettuce makes another one and finds out anew where
 * it leads. A request that was not answered in time says nothing of its connection; that nothing at all came in that time says that it is
 * dead. Safe for use by several threads.
 */
public final class WatchedConnection {

    /** A server that refuses every request is not to be connected to for each. */
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private final Runnable giveUp;
    private final AtomicLong givenUpNanos = new AtomicLong(System.nanoTime() - PAUSE_NANOS);
    private volatile long heardNanos = System.nanoTime();

    WatchedConnection(Runnable giveUp) {
        this.giveUp = giveUp;
    }

    /** A connection, that of a cluster to one of its nodes too. */
    public static WatchedConnection on(StatefulConnection<?, ?> connection) {
        return new WatchedConnection(() -> disconnect(connection));
    }

    /** Something came on it. */
    public void heard(long now) {
        heardNanos = now;
    }

    /** Whether nothing came on it in so long. */
    public boolean isSilent(long now, long limitNanos) {
        return now - heardNanos >= limitNanos;
    }

    /** Has lettuce make another one, once a second at the most, which has as much time to be heard of as this one had. */
    public void giveUp(long now) {
        long last = givenUpNanos.get();
        if (now - last >= PAUSE_NANOS && givenUpNanos.compareAndSet(last, now)) {
            heardNanos = now;
            giveUp.run();
        }
    }

    /** Breaks a connection; lettuce makes another one, by the name, the Sentinels or the cluster. Without a reconnect it stays. */
    static void disconnect(StatefulConnection<?, ?> connection) {
        if (connection instanceof RedisChannelHandler<?, ?> handler
                && handler.getOptions().isAutoReconnect()) {
            if (innermost(handler.getChannelWriter()) instanceof DefaultEndpoint endpoint) {
                endpoint.disconnect();
            }
        }
    }

    /** By class: what these two have in common has a name only since lettuce 7, and an older client may have been handed in. */
    private static RedisChannelWriter innermost(RedisChannelWriter writer) {
        if (writer instanceof CommandExpiryWriter around) {
            return innermost(around.getDelegate());
        }
        if (writer instanceof CommandListenerWriter around) {
            return innermost(around.getDelegate());
        }
        return writer;
    }
}
