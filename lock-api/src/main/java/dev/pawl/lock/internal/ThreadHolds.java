package dev.pawl.lock.internal;

import dev.pawl.lock.Lease;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Which thread of a client holds which name through {@link ThreadOwnedLock}, and how often; an entry stands while it does. */
final class ThreadHolds {

    private record Key(Thread thread, String name) {}

    /** A lease and how often its thread has entered. Touched by that thread only. */
    static final class Entry {
        private final Lease lease;
        private int depth = 1;

        Entry(Lease lease) {
            this.lease = lease;
        }

        Lease lease() {
            return lease;
        }

        void enter() {
            depth = Math.addExact(depth, 1);
        }

        /** True when this was the last exit. */
        boolean exit() {
            return --depth == 0;
        }
    }

    private final ConcurrentMap<Key, Entry> entries = new ConcurrentHashMap<>();

    @Nullable
    Entry mine(String name) {
        return entries.get(new Key(Thread.currentThread(), name));
    }

    void add(String name, Lease lease) {
        entries.put(new Key(Thread.currentThread(), name), new Entry(lease));
    }

    void remove(String name) {
        entries.remove(new Key(Thread.currentThread(), name));
    }
}
