package dev.pawl.lock.internal;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClientClosedException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** A name and its options. It holds nothing: a request makes a {@link Waiter}, and the lease is the hold. */
final class NamedLock implements DistributedLock {

    static final long FOREVER = Long.MAX_VALUE;

    private final Engine engine;
    private final String name;
    private final LockOptions options;

    NamedLock(Engine engine, String name, LockOptions options) {
        this.engine = engine;
        this.name = name;
        this.options = options;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Lease acquire() throws InterruptedException {
        return await(FOREVER, engine.now());
    }

    @Override
    public Lease acquire(Duration timeout) throws InterruptedException {
        return await(nanos(timeout), engine.now());
    }

    @Override
    public Optional<Lease> tryAcquire() {
        long since = engine.now();
        if (!engine.isClosed() && engine.isOccupied(name)) {
            return Optional.empty();
        }
        BlockingWaiter waiter = new BlockingWaiter(options, false, since);
        engine.join(name, waiter);
        return Optional.ofNullable(leaseOf(waiter.awaitUninterruptibly(), since));
    }

    @Override
    public Optional<Lease> tryAcquire(Duration timeout) throws InterruptedException {
        long since = engine.now();
        return Optional.ofNullable(leaseOf(request(nanos(timeout), since), since));
    }

    @Override
    public CompletableFuture<Lease> acquireAsync() {
        return async(FOREVER);
    }

    @Override
    public CompletableFuture<Lease> acquireAsync(Duration timeout) {
        return async(nanos(timeout));
    }

    @Override
    public Lock asLock() {
        return new ThreadOwnedLock(this, engine.threadHolds());
    }

    /** Waits through interrupts and restores the thread's status. */
    Lease acquireUninterruptibly() {
        long since = engine.now();
        BlockingWaiter waiter = new BlockingWaiter(options, true, since);
        engine.join(name, waiter);
        return orTimeout(waiter.awaitUninterruptibly(), since);
    }

    private Waiter.Outcome request(long timeoutNanos, long since) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        BlockingWaiter waiter = new BlockingWaiter(options, timeoutNanos > 0, since);
        LockQueue queue = engine.join(name, waiter);
        return waiter.await(queue, timeoutNanos > 0 ? timeoutNanos : FOREVER);
    }

    private Lease await(long timeoutNanos, long since) throws InterruptedException {
        return orTimeout(request(timeoutNanos, since), since);
    }

    private CompletableFuture<Lease> async(long timeoutNanos) {
        long since = engine.now();
        AsyncWaiter waiter = new AsyncWaiter(
                options,
                timeoutNanos > 0,
                since,
                engine.environment().callbacks(),
                outcome -> orTimeout(outcome, since));
        LockQueue queue = engine.join(name, waiter);
        waiter.bind(queue, engine.environment().scheduler(), timeoutNanos > 0 ? timeoutNanos : FOREVER);
        return waiter.future();
    }

    private Lease orTimeout(Waiter.Outcome outcome, long since) {
        Lease lease = leaseOf(outcome, since);
        if (lease == null) {
            Duration elapsed = Duration.ofNanos(engine.now() - since);
            throw new LockTimeoutException(
                    name, elapsed, "lock '" + name + "': still held by others after " + elapsed.toMillis() + " ms");
        }
        return lease;
    }

    /** The lease, or null for contention; throws for everything else. */
    private @Nullable Lease leaseOf(Waiter.Outcome outcome, long since) {
        if (outcome instanceof HeldLease lease) {
            return lease;
        }
        if (outcome instanceof Waiter.Failed failed) {
            throw engine.backendFailure(name, since, failed.cause());
        }
        if (outcome == Waiter.End.CLOSED) {
            throw new LockClientClosedException(name);
        }
        return null;
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
