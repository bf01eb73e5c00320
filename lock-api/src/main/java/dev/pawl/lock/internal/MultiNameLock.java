package dev.pawl.lock.internal;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.MultiLease;
import dev.pawl.lock.MultiLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Asks for all locks at once where the service can say yes to all in one exchange. Otherwise, or if one of them is not free,
 * takes them one after the other in their one order, so that no two requests can wait for each other in a circle. What was taken
 * is given back when the next cannot be had.
 *
 * <p>Source: E. W. Dijkstra, <i>Hierarchical ordering of sequential processes</i>, 1971 (ordered resources).
 */
final class MultiNameLock implements MultiLock {

    private final Engine engine;
    private final SortedSet<String> names;
    private final List<DistributedLock> locks;
    private final LockOptions options;

    MultiNameLock(Engine engine, SortedMap<String, DistributedLock> locks, LockOptions options) {
        this.engine = engine;
        this.options = options;
        this.names = Collections.unmodifiableSortedSet(new TreeSet<>(locks.keySet()));
        this.locks = List.copyOf(locks.values());
    }

    @Override
    public SortedSet<String> names() {
        return names;
    }

    /** How one lock is asked for; null when others have it. */
    @FunctionalInterface
    private interface Step<E extends Exception> {
        @Nullable
        Lease take(DistributedLock lock) throws E;
    }

    /** All leases, or null when others have a lock; whatever ends it early, what was taken is given back. */
    private <E extends Exception> @Nullable MultiLease takeAll(Step<E> step) throws E {
        List<Lease> taken = new ArrayList<>(locks.size());
        boolean complete = false;
        try {
            for (DistributedLock lock : locks) {
                Lease lease = step.take(lock);
                if (lease == null) {
                    return null;
                }
                taken.add(lease);
            }
            complete = true;
            return new MultiNameLease(taken);
        } finally {
            if (!complete) {
                giveBack(taken);
            }
        }
    }

    /** What goes wrong here is told to the listeners, and must not hide why it was given back. */
    private static void giveBack(List<Lease> taken) {
        if (!taken.isEmpty()) {
            Waits.quietly(new MultiNameLease(taken).releaseAsync(), HeldLease.CLOSE_WAIT);
        }
    }

    /** All leases from one exchange on this thread, or null; an interrupt in it undoes what it brings. */
    private @Nullable MultiLease takeAtOnce() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long since = engine.now();
        CompletableFuture<List<Lease>> attempt = GroupAttempt.of(engine, names, options, Runnable::run);
        try {
            List<Lease> leases = attempt.get();
            if (Thread.interrupted()) {
                giveBack(leases);
                throw new InterruptedException();
            }
            return all(leases);
        } catch (InterruptedException e) {
            attempt.thenAccept(MultiNameLock::giveBack);
            throw e;
        } catch (ExecutionException e) {
            throw failure(e, since);
        }
    }

    private static @Nullable MultiLease all(List<Lease> leases) {
        return leases.isEmpty() ? null : new MultiNameLease(leases);
    }

    private LockBackendException failure(Exception e, long since) {
        return engine.backendFailure(names.first(), since, Causes.of(e, "no answer"));
    }

    @Override
    public MultiLease acquire() throws InterruptedException {
        MultiLease atOnce = takeAtOnce();
        MultiLease all = atOnce != null ? atOnce : takeAll(DistributedLock::acquire);
        return all != null ? all : neverEmpty();
    }

    private static MultiLease neverEmpty() {
        throw new IllegalStateException("an acquisition without a time limit came back empty");
    }

    @Override
    public MultiLease acquire(Duration timeout) throws InterruptedException {
        long since = engine.now();
        return tryAcquire(timeout).orElseThrow(() -> timedOut(since));
    }

    private LockTimeoutException timedOut(long since) {
        Duration elapsed = Duration.ofNanos(engine.now() - since);
        String all = String.join(", ", names);
        return new LockTimeoutException(
                all, elapsed, "locks " + names + ": not all could be had within " + elapsed.toMillis() + " ms");
    }

    @Override
    public Optional<MultiLease> tryAcquire() {
        long since = engine.now();
        try {
            MultiLease atOnce =
                    all(GroupAttempt.of(engine, names, options, here()).join());
            return Optional.ofNullable(
                    atOnce != null ? atOnce : takeAll(lock -> lock.tryAcquire().orElse(null)));
        } catch (CompletionException e) {
            throw failure(e, since);
        }
    }

    @Override
    public Optional<MultiLease> tryAcquire(Duration timeout) throws InterruptedException {
        long limit = NamedLock.nanos(timeout);
        long since = engine.now();
        MultiLease atOnce = takeAtOnce();
        if (atOnce != null) {
            return Optional.of(atOnce);
        }
        return Optional.ofNullable(
                takeAll(lock -> lock.tryAcquire(left(limit, since)).orElse(null)));
    }

    /** Not on a thread that is interrupted: client libraries give up on it. */
    private Executor here() {
        return Thread.currentThread().isInterrupted() ? engine.environment().io() : Runnable::run;
    }

    private Duration left(long limit, long since) {
        return limit == NamedLock.FOREVER ? Duration.ofNanos(limit) : Duration.ofNanos(limit - (engine.now() - since));
    }

    @Override
    public CompletableFuture<MultiLease> acquireAsync() {
        return new Asynchronous(NamedLock.FOREVER).start();
    }

    @Override
    public CompletableFuture<MultiLease> acquireAsync(Duration timeout) {
        return new Asynchronous(NamedLock.nanos(timeout)).start();
    }

    /** One request that does not block: each lock's future begins the next. */
    private final class Asynchronous {
        private final long limit;
        private final long since = engine.now();
        private final List<Lease> taken = new ArrayList<>(locks.size());
        private final CompletableFuture<MultiLease> result = new CompletableFuture<>();
        private volatile CompletableFuture<Lease> current = new CompletableFuture<>();

        private Asynchronous(long limit) {
            this.limit = limit;
        }

        private CompletableFuture<MultiLease> start() {
            GroupAttempt.of(engine, names, options, engine.environment().io()).whenComplete(this::takenAtOnce);
            result.whenComplete((all, failure) -> {
                if (failure != null) {
                    current.cancel(false);
                }
            });
            return result;
        }

        private void takenAtOnce(@Nullable List<Lease> leases, @Nullable Throwable failure) {
            if (leases == null) {
                result.completeExceptionally(failure(new CompletionException(Causes.of(failure, "no answer")), since));
            } else if (leases.isEmpty()) {
                next();
            } else {
                taken.addAll(leases);
                engine.environment().callbacks().execute(this::finish);
            }
        }

        private void next() {
            if (taken.size() == locks.size()) {
                finish();
                return;
            }
            CompletableFuture<Lease> step = locks.get(taken.size()).acquireAsync(left(limit, since));
            current = step;
            step.whenComplete(this::taken);
            if (result.isDone()) {
                step.cancel(false);
            }
        }

        private void finish() {
            if (!result.complete(new MultiNameLease(taken))) {
                giveBackAsync();
            }
        }

        private void taken(@Nullable Lease lease, @Nullable Throwable failure) {
            if (lease != null) {
                taken.add(lease);
                if (result.isDone()) {
                    giveBackAsync();
                } else {
                    next();
                }
                return;
            }
            giveBackAsync();
            Throwable cause = failure instanceof LockTimeoutException ? timedOut(since) : failure;
            result.completeExceptionally(cause != null ? cause : new CancellationException());
        }

        private void giveBackAsync() {
            if (!taken.isEmpty()) {
                new MultiNameLease(taken).releaseAsync();
            }
        }
    }
}
