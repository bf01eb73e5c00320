package dev.pawl.lock.internal;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.MultiLock;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockNames;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The client: a map from name to {@link LockQueue}, in which a name stands only while somebody holds it or waits for it, and
 * the parts that all queues share.
 */
final class Engine implements LockClient {

    /** The longest that {@link #close()} waits for the service to confirm what is undone. */
    private static final long CLOSE_WAIT = 5_000_000_000L;

    private final LockBackend backend;
    private final LockOptions defaults;
    private final Environment env;
    private final Observers observers = new Observers();
    private final Undoer undoer;
    private final Renewer renewer;
    private final ThreadHolds threadHolds = new ThreadHolds();
    private final ConcurrentMap<String, LockQueue> queues = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    Engine(LockBackend backend, LockOptions defaults, Environment env) {
        this.backend = backend;
        this.defaults = defaults;
        this.env = env;
        boolean leases = backend.guarantees().crashRelease() == CrashRelease.LEASE;
        this.undoer = new Undoer(env, observers, leases);
        this.renewer = new Renewer(backend, env, observers);
    }

    // --- for its parts -----------------------------------------------------------------------------------------

    LockBackend backend() {
        return backend;
    }

    Environment environment() {
        return env;
    }

    Observers observers() {
        return observers;
    }

    Undoer undoer() {
        return undoer;
    }

    Renewer renewer() {
        return renewer;
    }

    ThreadHolds threadHolds() {
        return threadHolds;
    }

    long now() {
        return env.ticker().nanos();
    }

    boolean isClosed() {
        return closed.get();
    }

    /** How many names somebody holds or waits for. */
    int names() {
        return queues.size();
    }

    /** Whether a request that will not wait can be answered without asking anyone. */
    boolean isOccupied(String name) {
        LockQueue queue = queues.get(name);
        return queue != null && queue.isOccupied();
    }

    /** Puts the request into the queue of its name, a new one if the last has retired. */
    LockQueue join(String name, Waiter waiter) {
        while (true) {
            LockQueue queue = queues.computeIfAbsent(name, key -> new LockQueue(key, this));
            if (queue.join(waiter)) {
                return queue;
            }
            queues.remove(name, queue);
        }
    }

    /** Gives a hold to the queue of its name, a new one if the last has retired. */
    void adopt(GroupContest won, Grant grant, long sentAt, CompletableFuture<@Nullable HeldLease> adopted) {
        while (true) {
            LockQueue queue = queues.computeIfAbsent(won.name(), key -> new LockQueue(key, this));
            if (queue.adopt(won, grant, sentAt, adopted)) {
                return;
            }
            queues.remove(won.name(), queue);
        }
    }

    void retire(LockQueue queue) {
        queues.remove(queue.name(), queue);
    }

    LockBackendException backendFailure(String lock, long since, Throwable cause) {
        Duration elapsed = Duration.ofNanos(now() - since);
        String node = null;
        String what = Objects.requireNonNullElse(cause.getMessage(), cause.toString());
        Throwable root = cause;
        if (cause instanceof LockBackendException known) {
            node = known.node().orElse(null);
            root = known.getCause() != null ? known.getCause() : known;
        }
        return new LockBackendException(
                lock,
                elapsed,
                node,
                "lock '" + lock + "': the backend failed after " + elapsed.toMillis() + " ms: " + what,
                root);
    }

    // --- for the user ------------------------------------------------------------------------------------------

    @Override
    public DistributedLock lock(String name) {
        return lock(name, defaults);
    }

    @Override
    public DistributedLock lock(String name, LockOptions options) {
        LockNames.check(name);
        Objects.requireNonNull(options, "options");
        return new NamedLock(this, name, options);
    }

    @Override
    public MultiLock lockAll(Collection<String> names) {
        Objects.requireNonNull(names, "names");
        if (names.isEmpty()) {
            throw new IllegalArgumentException("names: at least one name is needed, but got an empty collection");
        }
        SortedMap<String, DistributedLock> locks = new TreeMap<>();
        for (String name : names) {
            locks.put(LockNames.check(name), lock(name));
        }
        return new MultiNameLock(this, locks, defaults);
    }

    @Override
    public Guarantees guarantees() {
        return backend.guarantees();
    }

    @Override
    public void addListener(LockListener listener) {
        observers.add(Objects.requireNonNull(listener, "listener"));
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        long end = System.nanoTime() + CLOSE_WAIT;
        CompletableFuture<?>[] closing =
                queues.values().stream().map(LockQueue::close).toArray(CompletableFuture<?>[]::new);
        Waits.quietly(CompletableFuture.allOf(closing), CLOSE_WAIT);
        undoer.await(end - System.nanoTime());
        try {
            backend.close();
        } finally {
            env.shutdown().run();
        }
    }
}
