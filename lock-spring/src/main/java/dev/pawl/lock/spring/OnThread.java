package dev.pawl.lock.spring;

import dev.pawl.lock.LockClient;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What one thread holds by {@link Locked}, and the methods that it is in. */
final class OnThread {

    private static final ThreadLocal<@Nullable OnThread> CURRENT = new ThreadLocal<>();

    private record Key(LockClient client, String name) {}

    /** Concurrent, since a transaction manager may complete a transaction on another thread. */
    private final Map<Key, Holding> holdings = new ConcurrentHashMap<>();

    private @Nullable Frame top;

    static OnThread current() {
        OnThread there = CURRENT.get();
        if (there == null) {
            there = new OnThread();
            CURRENT.set(there);
        }
        return there;
    }

    static @Nullable Frame currentFrame() {
        OnThread there = CURRENT.get();
        return there == null ? null : there.top;
    }

    @Nullable
    Holding find(LockClient client, String name) {
        return holdings.get(new Key(client, name));
    }

    void remember(Holding holding) {
        holding.names().forEach(name -> holdings.put(new Key(holding.client(), name), holding));
    }

    void forget(Holding holding) {
        holding.names().forEach(name -> holdings.remove(new Key(holding.client(), name), holding));
    }

    void push(Frame frame) {
        top = frame;
    }

    /** On the thread itself. */
    void pop(Frame frame) {
        top = frame.outer();
        if (top == null && holdings.isEmpty()) {
            CURRENT.remove();
        }
    }
}
