package dev.pawl.lock.internal;

import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.DistributedReadWriteLock;
import dev.pawl.lock.DistributedSemaphore;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.ForcedRelease;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.HeldLock;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockClientClosedException;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockKind;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.MultiLock;
import dev.pawl.lock.WaitOutcome;
import dev.pawl.lock.spi.BackendFault;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockNames;
import dev.pawl.lock.spi.ReleaseOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The client: a map from name to {@link LockQueue}, in which a name stands only while somebody holds it or waits for it, and
 * the parts that all queues share.
 */
final class Engine implements LockClient {

    /** The longest that {@link #close()} waits for the service to confirm what is undone. */
    private static final long CLOSE_WAIT = 5_000_000_000L;

    /**
     * Classes that are first needed when something goes wrong, perhaps where the stack is at its end. A class whose initialiser is
     * thrown out can never be used again, so these are initialised before.
     */
    private static final List<Object> INITIALISED = List.of(
            WaitOutcome.values(), LockKind.values(), LossReason.values(), ReleaseOutcome.values(), Waiter.End.values());

    /** The largest limit of a semaphore. */
    private static final int MOST_PERMITS = 1_000_000;

    /** The most that {@link #list} gives. */
    private static final int MOST_LISTED = 10_000;

    private final LockBackend backend;
    private final LockOptions defaults;
    private final String holder;
    private final Environment env;
    private final Observers observers;
    private final Undoer undoer;
    private final Renewer renewer;
    private final ThreadHolds threadHolds = new ThreadHolds();
    private final ThreadHolds readHolds = new ThreadHolds();
    private final ThreadHolds writeHolds = new ThreadHolds();
    private final ConcurrentMap<String, LockQueue> queues = new ConcurrentHashMap<>();
    private final RequestQueues requests = new RequestQueues(this);
    private final AtomicBoolean closed = new AtomicBoolean();

    Engine(LockBackend backend, LockOptions defaults, Environment env) {
        this(backend, defaults, env, HolderLabel.usual());
    }

    Engine(LockBackend backend, LockOptions defaults, Environment env, String holder) {
        this.backend = backend;
        this.holder = holder;
        this.defaults = checked(backend, defaults);
        this.env = env;
        Objects.requireNonNull(INITIALISED);
        boolean leases = backend.guarantees().crashRelease() == CrashRelease.LEASE;
        this.observers = new Observers(env.callbacks());
        this.undoer = new Undoer(env, observers, leases);
        this.renewer = new Renewer(backend, env, observers);
    }

    /** The options, unless the backend cannot do what they ask for. */
    private static LockOptions checked(LockBackend backend, LockOptions options) {
        Objects.requireNonNull(options, "options");
        if (options.holdAtLeast().isPresent()) {
            backend.guarantees().ensure(Capability.HOLD_AT_LEAST);
        }
        return options;
    }

    // --- for its parts -----------------------------------------------------------------------------------------

    LockBackend backend() {
        return backend;
    }

    /** What this client calls itself. */
    String holder() {
        return holder;
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

    /** Of reader-writer locks. */
    ThreadHolds readHolds() {
        return readHolds;
    }

    /** Of reader-writer locks. */
    ThreadHolds writeHolds() {
        return writeHolds;
    }

    long now() {
        return env.ticker().nanos();
    }

    boolean isClosed() {
        return closed.get();
    }

    /** How many locks somebody holds or waits for, and how many requests for permits there are. */
    int names() {
        return queues.size() + requests.size();
    }

    /** How many requests of this client wait for what the queue is about. */
    int waiting(LockQueue queue) {
        return queue.isOfOneRequest() ? requests.waiting(queue) : queue.waiting();
    }

    /** Whether a request that will not wait can be answered without asking anyone. */
    boolean isOccupied(String name) {
        LockQueue queue = queues.get(name);
        return queue != null && queue.isOccupied();
    }

    /** Puts the request into the queue of its lock, a new one if the last has retired; or into one of its own. */
    LockQueue join(String name, Claim claim, Waiter waiter) {
        if (!claim.isOfLock()) {
            observers.introduce(waiter, name, claim.kind());
        }
        if (waiter.isPatient()) {
            observers.waiting(waiter, name);
        }
        if (waiter.isPatient() && waiter.isOwnThread(Thread.currentThread()) && observers.isTelling(name)) {
            throw new IllegalStateException(
                    claim.title(name) + ": a listener that is told of this name cannot wait for it");
        }
        return claim.isOfLock() ? joinLock(name, waiter) : requests.join(name, claim, waiter);
    }

    private LockQueue joinLock(String name, Waiter waiter) {
        while (true) {
            LockQueue queue = queues.computeIfAbsent(name, key -> new LockQueue(key, Claim.LOCK, this));
            if (queue.join(waiter)) {
                return queue;
            }
            queues.remove(name, queue);
        }
    }

    /** Gives a hold to the queue of its name, a new one if the last has retired. */
    void adopt(GroupContest won, Grant grant, long sentAt, CompletableFuture<@Nullable HeldLease> adopted) {
        while (true) {
            LockQueue queue = queues.computeIfAbsent(won.name(), key -> new LockQueue(key, Claim.LOCK, this));
            if (queue.adopt(won, grant, sentAt, adopted)) {
                return;
            }
            queues.remove(won.name(), queue);
        }
    }

    void retire(LockQueue queue) {
        if (queue.isOfOneRequest()) {
            requests.retire(queue);
        } else {
            queues.remove(queue.name(), queue);
        }
    }

    private Stream<LockQueue> allQueues() {
        return Stream.concat(queues.values().stream(), requests.all());
    }

    /**
     * Waits for one exchange that is about no hold of this client. On the caller's own thread where the client library blocks: that is
     * one thread less to wake.
     *
     * @param lock the lock's name, or empty if it is about none
     */
    <T> T ask(String lock, Function<Executor, CompletionStage<T>> question) {
        if (isClosed()) {
            throw lock.isEmpty() ? new LockClientClosedException() : new LockClientClosedException(lock);
        }
        long since = now();
        CompletableFuture<T> answer =
                Stages.of(() -> question.apply(env.here(true))).toCompletableFuture();
        Waits.quietly(answer);
        try {
            return answer.join();
        } catch (CompletionException | CancellationException e) {
            throw backendFailure(lock, since, Causes.of(e, ""));
        }
    }

    /** Takes a lock away from its holder, and tells everybody. */
    Optional<LockInfo> takeAway(String name, FencingToken seen, String reason, boolean atOnce) {
        backend.guarantees().ensure(atOnce ? Capability.FORCE_RELEASE : Capability.REVOKE);
        Objects.requireNonNull(reason, "reason");
        if (!seen.lock().equals(name)) {
            throw new IllegalArgumentException("seen: must be a token of lock '" + name + "', but got " + seen);
        }
        Optional<LockInfo> taken = ask(name, blocking -> backend.takeAway(seen, atOnce, blocking));
        taken.ifPresent(info -> observers.forceReleased(seen, new ForcedRelease(info, holder, reason, atOnce)));
        return taken;
    }

    LockBackendException backendFailure(String lock, long since, Throwable cause) {
        return backendFailure(Claim.LOCK, lock, since, cause);
    }

    LockBackendException backendFailure(Claim claim, String lock, long since, Throwable cause) {
        Duration elapsed = Duration.ofNanos(now() - since);
        String node = null;
        String what = Objects.requireNonNullElse(cause.getMessage(), cause.toString());
        Throwable root = cause;
        if (cause instanceof BackendFault fault) {
            node = fault.node().orElse(null);
            root = fault.getCause() != null ? fault.getCause() : fault;
        }
        return new LockBackendException(
                lock,
                elapsed,
                node,
                (lock.isEmpty() ? "" : claim.title(lock) + ": ") + "the backend failed after " + elapsed.toMillis()
                        + " ms: " + what,
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
        return new NamedLock(this, name, checked(backend, options));
    }

    @Override
    public MultiLock lockAll(Collection<String> names) {
        return lockAll(names, defaults);
    }

    @Override
    public MultiLock lockAll(Collection<String> names, LockOptions options) {
        Objects.requireNonNull(names, "names");
        checked(backend, options);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("names: at least one name is needed, but got an empty collection");
        }
        SortedMap<String, NamedLock> locks = new TreeMap<>();
        for (String name : names) {
            locks.put(LockNames.check(name), new NamedLock(this, name, options));
        }
        return new MultiNameLock(this, locks, options);
    }

    @Override
    public DistributedSemaphore semaphore(String name, int limit) {
        return semaphore(name, limit, defaults);
    }

    @Override
    public DistributedSemaphore semaphore(String name, int limit, LockOptions options) {
        LockNames.check(name);
        Objects.requireNonNull(options, "options");
        if (limit < 1 || limit > MOST_PERMITS) {
            throw new IllegalArgumentException(
                    "limit: a semaphore has from 1 to " + MOST_PERMITS + " permits, but got " + limit);
        }
        backend.guarantees().ensure(Capability.SEMAPHORE);
        refuseHoldAtLeast("a semaphore", options);
        return new NamedSemaphore(this, name, Claim.permits(1, limit), options);
    }

    private static void refuseHoldAtLeast(String what, LockOptions options) {
        if (options.holdAtLeast().isPresent()) {
            throw new LockConfigException("holdAtLeast is not supported by " + what
                    + "; keep the lease open for as long as nobody else may have it, or give options without it");
        }
    }

    @Override
    public DistributedReadWriteLock readWriteLock(String name) {
        return readWriteLock(name, defaults);
    }

    @Override
    public DistributedReadWriteLock readWriteLock(String name, LockOptions options) {
        LockNames.check(name);
        Objects.requireNonNull(options, "options");
        backend.guarantees().ensure(Capability.READ_WRITE_LOCK);
        refuseHoldAtLeast("a reader-writer lock", options);
        return new NamedReadWriteLock(this, name, options);
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
    public void removeListener(LockListener listener) {
        observers.remove(Objects.requireNonNull(listener, "listener"));
    }

    @Override
    public List<HeldLock> held() {
        List<HeldLock> held = new ArrayList<>();
        allQueues().forEach(queue -> queue.describe(held));
        held.sort(Comparator.comparing(HeldLock::name));
        return Collections.unmodifiableList(held);
    }

    @Override
    public Optional<LockInfo> inspect(String name) {
        return lock(name).inspect();
    }

    @Override
    public List<LockInfo> list(String prefix, int limit) {
        LockNames.checkPrefix(prefix);
        if (limit < 1 || limit > MOST_LISTED) {
            throw new IllegalArgumentException("limit: must be from 1 to " + MOST_LISTED + ", but got " + limit);
        }
        backend.guarantees().ensure(Capability.LIST);
        List<LockInfo> listed = new ArrayList<>(ask("", blocking -> backend.list(prefix, limit, blocking)));
        listed.sort(Comparator.comparing(LockInfo::name));
        return Collections.unmodifiableList(listed);
    }

    @Override
    public Duration ping() {
        long since = now();
        ask("", blocking -> backend.ping(blocking).thenApply(whatever -> since));
        return Duration.ofNanos(now() - since);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        long end = System.nanoTime() + CLOSE_WAIT;
        CompletableFuture<?>[] closing = allQueues().map(LockQueue::close).toArray(CompletableFuture<?>[]::new);
        Waits.quietly(CompletableFuture.allOf(closing), CLOSE_WAIT);
        undoer.await(end - System.nanoTime());
        try {
            backend.close();
        } finally {
            env.shutdown().run();
        }
    }
}
