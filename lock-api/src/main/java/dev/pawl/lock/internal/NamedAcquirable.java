package dev.pawl.lock.internal;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockClientClosedException;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.WaitOutcome;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What can be acquired under one name, with its options. It holds nothing: a request makes a {@link Waiter}, and the lease is the hold.
 */
abstract class NamedAcquirable extends Bodies<Lease> {

    static final long FOREVER = Long.MAX_VALUE;

    private final Engine engine;
    private final String name;
    private final LockOptions options;

    NamedAcquirable(Engine engine, String name, LockOptions options) {
        this.engine = engine;
        this.name = name;
        this.options = options;
    }

    /** How much of the name is asked for. */
    abstract Claim claim();

    Engine engine() {
        return engine;
    }

    LockOptions options() {
        return options;
    }

    /** For those that have it in their interface. */
    public String name() {
        return name;
    }

    @Override
    public Lease acquire() throws InterruptedException {
        return await(usualLimit(options), engine.now());
    }

    /** For the views that know no limit. */
    Lease acquireWithoutLimit() throws InterruptedException {
        return await(FOREVER, engine.now());
    }

    @Override
    void close(Lease lease) {
        lease.close();
    }

    @Override
    void onLost(Lease lease, Consumer<LeaseLostEvent> action) {
        lease.onLost(action);
    }

    @Override
    boolean interruptsOnLoss() {
        return options.interruptOnLoss();
    }

    @Override
    public Lease acquire(Duration timeout) throws InterruptedException {
        return await(nanos(timeout), engine.now());
    }

    @Override
    public Optional<Lease> tryAcquire() {
        long since = engine.now();
        return optional(requestUninterruptibly(false, since), since);
    }

    @Override
    public Optional<Lease> tryAcquire(Duration timeout) throws InterruptedException {
        long since = engine.now();
        return optional(request(nanos(timeout), since), since);
    }

    /** As {@link #tryAcquire(Duration)}, and says who has the lock if another does. */
    Optional<Lease> tryAcquire(Duration timeout, AtomicReference<@Nullable LockInfo> by) throws InterruptedException {
        long since = engine.now();
        Waiter.Outcome outcome = request(nanos(timeout), since);
        by.set(Waiter.Contended.by(outcome));
        return optional(outcome, since);
    }

    /** The last that is done is to take it: what is thrown before must not leave a lease that nobody has. */
    private Optional<Lease> optional(Waiter.Outcome outcome, long since) {
        HeldLease lease = leaseOf(outcome, since);
        Optional<Lease> result = Optional.ofNullable(lease);
        if (lease != null) {
            lease.taken();
        }
        return result;
    }

    @Override
    public CompletableFuture<Lease> acquireAsync() {
        return async(usualLimit(options), this::orTimeout);
    }

    @Override
    public CompletableFuture<Lease> acquireAsync(Duration timeout) {
        return async(nanos(timeout), this::orTimeout);
    }

    @Override
    public CompletableFuture<Optional<Lease>> tryAcquireAsync() {
        return tryAcquireAsync(Duration.ZERO);
    }

    @Override
    public CompletableFuture<Optional<Lease>> tryAcquireAsync(Duration timeout) {
        return async(nanos(timeout), this::optional);
    }

    /** As {@link #tryAcquireAsync(Duration)}, and says who has the lock if another does, before the future ends. */
    CompletableFuture<Optional<Lease>> tryAcquireAsync(Duration timeout, AtomicReference<@Nullable LockInfo> by) {
        return async(nanos(timeout), (outcome, since) -> {
            by.set(Waiter.Contended.by(outcome));
            return optional(outcome, since);
        });
    }

    /** Waits through interrupts and restores the thread's status. */
    Lease acquireUninterruptibly() {
        long since = engine.now();
        return orTimeout(requestUninterruptibly(true, since), since);
    }

    private Waiter.Outcome requestUninterruptibly(boolean patient, long since) {
        BlockingWaiter waiter = new BlockingWaiter(options, patient, since);
        try {
            return waiter.awaitUninterruptibly(join(waiter));
        } finally {
            leave(waiter);
        }
    }

    /** On the caller's thread, which may run listeners. */
    private LockQueue join(Waiter waiter) {
        LockQueue queue = engine.join(name, claim(), waiter);
        engine.observers().tell(name);
        return queue;
    }

    private void leave(BlockingWaiter waiter) {
        // Means nothing after an end. If the caller was thrown out, nobody waits any more.
        boolean thrownOut = waiter.endSilently(Waiter.End.WITHDRAWN);
        Waiter.Outcome outcome = waiter.outcome();
        if (thrownOut) {
            tellEnd(waiter, WaitOutcome.ERROR);
        } else if (outcome != null) {
            tellEnd(waiter, outcome);
        }
        waiter.leave();
        engine.observers().tell(name);
    }

    /** A lease is told by the queue, and so is one who goes. */
    private void tellEnd(Waiter waiter, Waiter.Outcome outcome) {
        if (outcome instanceof Waiter.Contended) {
            tellEnd(waiter, waiter.isPatient() ? WaitOutcome.TIMEOUT : WaitOutcome.BUSY);
        } else if (outcome == Waiter.End.CLOSED) {
            tellEnd(waiter, WaitOutcome.CLOSED);
        } else if (outcome instanceof Waiter.Failed) {
            tellEnd(waiter, WaitOutcome.ERROR);
        }
    }

    private void tellEnd(Waiter waiter, WaitOutcome how) {
        engine.observers().notAcquired(waiter, name, how, engine.now() - waiter.since());
    }

    private Waiter.Outcome request(long timeoutNanos, long since) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        BlockingWaiter waiter = new BlockingWaiter(options, timeoutNanos > 0, since);
        try {
            return waiter.await(join(waiter), timeoutNanos > 0 ? timeoutNanos : FOREVER);
        } finally {
            leave(waiter);
        }
    }

    private Lease await(long timeoutNanos, long since) throws InterruptedException {
        return orTimeout(request(timeoutNanos, since), since);
    }

    /** What a caller is given for an outcome. */
    private interface Result<T> {
        T of(Waiter.Outcome outcome, long since);
    }

    private <T> CompletableFuture<T> async(long timeoutNanos, Result<T> result) {
        long since = engine.now();
        AsyncWaiter<T> waiter =
                new AsyncWaiter<>(options, timeoutNanos > 0, since, engine.environment(), (request, outcome) -> {
                    tellEnd(request, outcome);
                    engine.observers().tell(name);
                    return result.of(outcome, since);
                });
        boolean bound = false;
        try {
            LockQueue queue = engine.join(name, claim(), waiter);
            waiter.bind(queue, timeoutNanos > 0 ? timeoutNanos : Waiter.LOOK);
            bound = true;
            return waiter.future();
        } finally {
            if (!bound) {
                waiter.endSilently(Waiter.End.WITHDRAWN);
            }
        }
    }

    private Lease orTimeout(Waiter.Outcome outcome, long since) {
        HeldLease lease = leaseOf(outcome, since);
        if (lease == null) {
            Duration elapsed = Duration.ofNanos(engine.now() - since);
            LockInfo by = Waiter.Contended.by(outcome);
            throw new LockTimeoutException(
                    name,
                    elapsed,
                    claim().title(name) + ": still held by others after " + elapsed.toMillis() + " ms"
                            + HolderLabel.had(by, "it"),
                    by);
        }
        lease.taken();
        return lease;
    }

    /** The lease, or null for contention; throws for everything else. */
    private @Nullable HeldLease leaseOf(Waiter.Outcome outcome, long since) {
        if (outcome instanceof HeldLease lease) {
            return lease;
        }
        if (outcome instanceof Waiter.Failed failed) {
            throw engine.backendFailure(claim(), name, since, failed.cause());
        }
        if (outcome == Waiter.End.CLOSED) {
            throw new LockClientClosedException(name);
        }
        return null;
    }

    /** What bounds the ways to acquire that name no time of their own, in nanoseconds. */
    static long usualLimit(LockOptions options) {
        return options.acquireTimeout().map(NamedAcquirable::nanos).orElse(FOREVER);
    }

    /** The timeout in nanoseconds; what is longer than 292 years is for ever. */
    static long nanos(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        try {
            return Math.max(0, timeout.toNanos());
        } catch (ArithmeticException e) {
            return timeout.isNegative() ? 0 : FOREVER;
        }
    }
}
