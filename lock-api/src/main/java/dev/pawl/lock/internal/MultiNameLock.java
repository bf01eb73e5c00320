package dev.pawl.lock.internal;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockInfo;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks for all locks at once where the service can say yes to all in one exchange. Otherwise, or if one of them is not free,
 * takes them one after the other in their one order, so that no two requests can wait for each other in a circle. What was taken
 * is given back when the next cannot be had.
 *
 * <p>Source: E. W. Dijkstra, <i>Hierarchical ordering of sequential processes</i>, 1971 (ordered resources).
 */
final class MultiNameLock extends Bodies<MultiLease> implements MultiLock {

    private final Engine engine;
    private final SortedSet<String> names;
    private final List<NamedLock> locks;
    private final LockOptions options;

    MultiNameLock(Engine engine, SortedMap<String, NamedLock> locks, LockOptions options) {
        this.engine = engine;
        this.options = options;
        this.names = Collections.unmodifiableSortedSet(new TreeSet<>(locks.keySet()));
        this.locks = List.copyOf(locks.values());
    }

    @Override
    public SortedSet<String> names() {
        return names;
    }

    /** How one lock is asked for; null when others have it, or no time is left to ask. */
    @FunctionalInterface
    private interface Step<E extends Exception> {
        @Nullable
        Lease take(NamedLock lock) throws E;
    }

    /** All leases, or null when others have a lock; whatever ends it early, what was taken is given back. */
    private <E extends Exception> @Nullable MultiLease takeAll(Step<E> step) throws E {
        List<Lease> taken = new ArrayList<>(locks.size());
        boolean complete = false;
        try {
            for (NamedLock lock : locks) {
                Lease lease = step.take(lock);
                if (lease == null) {
                    return null;
                }
                taken.add(lease);
            }
            complete = true;
            return new MultiNameLease(engine, taken);
        } finally {
            if (!complete) {
                giveBack(taken);
            }
        }
    }

    /** What goes wrong here is told to the listeners, and must not hide why it was given back. */
    private void giveBack(List<Lease> taken) {
        Waits.quietly(giveBackAsync(taken), HeldLease.CLOSE_WAIT);
    }

    /** The answer comes on any thread: not for users. */
    private CompletableFuture<Void> giveBackAsync(List<Lease> taken) {
        return taken.isEmpty() ? CompletableFuture.completedFuture(null) : new MultiNameLease(engine, taken).discard();
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
            attempt.thenAccept(this::giveBackAsync);
            throw e;
        } catch (ExecutionException e) {
            throw failure(e, since);
        } finally {
            tellNews();
        }
    }

    private void tellNews() {
        names.forEach(engine.observers()::tell);
    }

    private @Nullable MultiLease all(List<Lease> leases) {
        return leases.isEmpty() ? null : new MultiNameLease(engine, leases);
    }

    private LockBackendException failure(Exception e, long since) {
        return engine.backendFailure(names.first(), since, Causes.of(e, "no answer"));
    }

    @Override
    public MultiLease acquire() throws InterruptedException {
        if (options.acquireTimeout().isPresent()) {
            return acquire(options.acquireTimeout().get());
        }
        MultiLease atOnce = takeAtOnce();
        MultiLease all = atOnce != null ? atOnce : takeAll(NamedLock::acquireWithoutLimit);
        return all != null ? all : neverEmpty();
    }

    private static MultiLease neverEmpty() {
        throw new IllegalStateException("an acquisition without a time limit came back empty");
    }

    @Override
    public MultiLease acquire(Duration timeout) throws InterruptedException {
        long since = engine.now();
        AtomicReference<@Nullable LockInfo> by = new AtomicReference<>();
        return tryAcquire(timeout, by).orElseThrow(() -> timedOut(since, by.get()));
    }

    private LockTimeoutException timedOut(long since, @Nullable LockInfo by) {
        Duration elapsed = Duration.ofNanos(engine.now() - since);
        String all = String.join(", ", names);
        return new LockTimeoutException(
                all,
                elapsed,
                "locks " + names + ": not all could be had within " + elapsed.toMillis() + " ms"
                        + (by == null ? "" : HolderLabel.had(by, "'" + by.name() + "'")),
                by);
    }

    @Override
    public Optional<MultiLease> tryAcquire() {
        long since = engine.now();
        try {
            MultiLease atOnce = all(
                    GroupAttempt.of(engine, names, options, engine.environment().here(true))
                            .join());
            return Optional.ofNullable(
                    atOnce != null ? atOnce : takeAll(lock -> lock.tryAcquire().orElse(null)));
        } catch (CompletionException e) {
            throw failure(e, since);
        } finally {
            tellNews();
        }
    }

    @Override
    public Optional<MultiLease> tryAcquire(Duration timeout) throws InterruptedException {
        return tryAcquire(timeout, new AtomicReference<>());
    }

    /** Says who has the lock that could not be had. */
    private Optional<MultiLease> tryAcquire(Duration timeout, AtomicReference<@Nullable LockInfo> by)
            throws InterruptedException {
        long limit = NamedLock.nanos(timeout);
        long since = engine.now();
        MultiLease atOnce = takeAtOnce();
        if (atOnce != null) {
            return Optional.of(atOnce);
        }
        return Optional.ofNullable(takeAll(lock -> isOver(lock, limit, since)
                ? null
                : lock.tryAcquire(left(limit, since), by).orElse(null)));
    }

    /**
     * Whether the time was over before this name was begun: each further name costs an exchange with the service. A limit of zero
     * stands for one attempt at each, and whoever has asked for nothing yet has seen no other holder.
     */
    private boolean isOver(NamedLock next, long limit, long since) {
        return limit > 0 && next != locks.get(0) && left(limit, since).compareTo(Duration.ZERO) <= 0;
    }

    private Duration left(long limit, long since) {
        return limit == NamedLock.FOREVER ? Duration.ofNanos(limit) : Duration.ofNanos(limit - (engine.now() - since));
    }

    @Override
    void close(MultiLease lease) {
        lease.close();
    }

    @Override
    void onLost(MultiLease lease, Consumer<LeaseLostEvent> action) {
        lease.onLost(action);
    }

    @Override
    boolean interruptsOnLoss() {
        return options.interruptOnLoss();
    }

    @Override
    public CompletableFuture<MultiLease> acquireAsync() {
        return new Asynchronous<MultiLease>(NamedLock.usualLimit(options), this::orTimeout).start();
    }

    @Override
    public CompletableFuture<MultiLease> acquireAsync(Duration timeout) {
        return new Asynchronous<MultiLease>(NamedLock.nanos(timeout), this::orTimeout).start();
    }

    @Override
    public CompletableFuture<Optional<MultiLease>> tryAcquireAsync() {
        return tryAcquireAsync(Duration.ZERO);
    }

    @Override
    public CompletableFuture<Optional<MultiLease>> tryAcquireAsync(Duration timeout) {
        return new Asynchronous<Optional<MultiLease>>(
                        NamedLock.nanos(timeout), (all, since, by) -> Optional.ofNullable(all))
                .start();
    }

    private MultiLease orTimeout(@Nullable MultiLease all, long since, @Nullable LockInfo by) {
        if (all == null) {
            throw timedOut(since, by);
        }
        return all;
    }

    /** What a caller is given for all leases, or for none. */
    @FunctionalInterface
    private interface Result<T> {
        T of(@Nullable MultiLease all, long since, @Nullable LockInfo by);
    }

    /** One request that does not block: each lock's future begins the next. */
    private final class Asynchronous<T> {
        private final long limit;
        private final Result<T> how;
        private final long since = engine.now();
        private final List<Lease> taken = new ArrayList<>(locks.size());
        private final AtomicReference<@Nullable LockInfo> by = new AtomicReference<>();
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private volatile CompletableFuture<Optional<Lease>> current = new CompletableFuture<>();

        private Asynchronous(long limit, Result<T> how) {
            this.limit = limit;
            this.how = how;
        }

        private CompletableFuture<T> start() {
            // What follows may end the result, on which the user's code depends: never on the backend's thread.
            GroupAttempt.of(engine, names, options, engine.environment().io())
                    .whenCompleteAsync(this::takenAtOnce, engine.environment().callbacks())
                    .whenComplete((leases, failure) -> thrown(failure));
            result.whenComplete((all, failure) -> {
                if (failure != null) {
                    current.cancel(false);
                }
            });
            return result;
        }

        private void takenAtOnce(@Nullable List<Lease> leases, @Nullable Throwable failure) {
            tellNews();
            if (leases == null) {
                result.completeExceptionally(failure(new CompletionException(Causes.of(failure, "no answer")), since));
            } else if (leases.isEmpty()) {
                next();
            } else {
                taken.addAll(leases);
                finish();
            }
        }

        private void next() {
            if (taken.size() == locks.size()) {
                finish();
                return;
            }
            NamedLock lock = locks.get(taken.size());
            if (isOver(lock, limit, since)) {
                endEmpty();
                return;
            }
            CompletableFuture<Optional<Lease>> step = lock.tryAcquireAsync(left(limit, since), by);
            current = step;
            step.whenComplete((won, failure) -> {
                        if (failure != null) {
                            failed(failure);
                        } else if (won.isEmpty()) {
                            endEmpty();
                        } else {
                            taken(won.get());
                        }
                    })
                    .whenComplete((won, failure) -> thrown(failure));
            if (result.isDone()) {
                step.cancel(false);
            }
        }

        /** What was thrown on the way here ends the request. A failure that was told before ends it no second time. */
        private void thrown(@Nullable Throwable failure) {
            if (failure != null && result.completeExceptionally(failure)) {
                giveBackAsync(taken);
            }
        }

        private void finish() {
            if (!result.complete(how.of(new MultiNameLease(engine, taken), since, null))) {
                giveBackAsync(taken);
            }
        }

        /** Others have a lock. */
        private void endEmpty() {
            giveBackAsync(taken);
            try {
                result.complete(how.of(null, since, by.get()));
            } catch (LockTimeoutException e) {
                result.completeExceptionally(e);
            }
        }

        private void failed(Throwable failure) {
            giveBackAsync(taken);
            result.completeExceptionally(failure);
        }

        private void taken(Lease lease) {
            taken.add(lease);
            if (result.isDone()) {
                giveBackAsync(taken);
            } else {
                next();
            }
        }
    }
}
