package dev.pawl.lock.internal;

import dev.pawl.lock.Capability;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockException;
import dev.pawl.lock.MultiLease;
import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Several leases as one. */
final class MultiNameLease implements MultiLease {

    private final Engine engine;
    private final List<HeldLease> leases;
    private final Map<String, FencingToken> tokens;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * @param leases at least one, in canonical order
     */
    MultiNameLease(Engine engine, List<Lease> leases) {
        this.engine = engine;
        this.leases = leases.stream().map(HeldLease.class::cast).toList();
        Map<String, FencingToken> byName = new LinkedHashMap<>();
        leases.forEach(lease -> byName.put(lease.name(), lease.token()));
        this.tokens = Collections.unmodifiableMap(byName);
        this.leases.forEach(MultiNameLease::taken);
    }

    private static void taken(Lease lease) {
        if (lease instanceof HeldLease held) {
            held.taken();
        }
    }

    @Override
    public Map<String, FencingToken> tokens() {
        return tokens;
    }

    @Override
    public boolean isValid() {
        return leases.stream().allMatch(Lease::isValid);
    }

    @Override
    public Duration remaining() {
        return leases.stream().map(Lease::remaining).min(Duration::compareTo).orElse(Duration.ZERO);
    }

    @Override
    public Duration renew(Duration leaseTime) {
        engine.guarantees().ensure(Capability.RENEW);
        Terms.checkLeaseTime(leaseTime);
        long since = engine.now();
        ensureValid();
        List<CompletableFuture<RenewalOutcome>> answers =
                leases.stream().map(lease -> lease.beginToRenew(leaseTime)).toList();
        Throwable first = null;
        for (int i = 0; i < answers.size(); i++) {
            try {
                leases.get(i).renewed(answers.get(i), since);
            } catch (LockException e) {
                first = primary(first, e);
            }
        }
        if (first instanceof LockException failure) {
            throw failure;
        }
        Duration left = remaining();
        if (left.isZero()) {
            ensureValid();
        }
        return left;
    }

    @Override
    public void ensureValid() {
        leases.forEach(Lease::ensureValid);
    }

    @Override
    public void onLost(Consumer<LeaseLostEvent> action) {
        Objects.requireNonNull(action, "action");
        AtomicBoolean told = new AtomicBoolean();
        Consumer<LeaseLostEvent> once = event -> {
            if (told.compareAndSet(false, true)) {
                action.accept(event);
            }
        };
        leases.forEach(lease -> lease.onLost(once));
    }

    @Override
    public CompletableFuture<Void> releaseAsync() {
        return Stages.copy(release(), engine.environment().callbacks(), this::tellNews);
    }

    /** As {@link #releaseAsync}, but the answer comes on any thread, the backend's among them. Not for users. */
    CompletableFuture<Void> release() {
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (int i = leases.size() - 1; i >= 0; i--) {
            all = both(all, leases.get(i).release());
        }
        return all;
    }

    /** As {@link #release}, of locks that nobody has used. */
    CompletableFuture<Void> discard() {
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (int i = leases.size() - 1; i >= 0; i--) {
            all = both(all, leases.get(i).discard());
        }
        return all;
    }

    private void tellNews() {
        leases.forEach(HeldLease::tellNews);
    }

    /** Ends when both have; a lost lease is told before any other failure, the second failure is suppressed. */
    private static CompletableFuture<Void> both(CompletableFuture<Void> one, CompletableFuture<Void> other) {
        return one.handle((nothing, failure) -> failure)
                .thenCombine(other.handle((nothing, failure) -> failure), MultiNameLease::primary)
                .thenCompose(failure -> failure == null
                        ? CompletableFuture.<Void>completedFuture(null)
                        : CompletableFuture.<Void>failedFuture(failure));
    }

    private static @Nullable Throwable primary(@Nullable Throwable one, @Nullable Throwable other) {
        if (one == null || other == null) {
            Throwable only = one == null ? other : one;
            return only == null ? null : Causes.of(only, "");
        }
        Throwable first = Causes.of(one, "");
        Throwable second = Causes.of(other, "");
        boolean swap = second instanceof LeaseLostException && !(first instanceof LeaseLostException);
        Throwable primary = swap ? second : first;
        primary.addSuppressed(swap ? first : second);
        return primary;
    }

    /** All releases are under way before the first is waited for: the wait is bounded for the whole. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        CompletableFuture<@Nullable Throwable> all = release().handle((nothing, failure) -> failure);
        Waits.quietly(all, HeldLease.CLOSE_WAIT);
        tellNews();
        Throwable failure = all.getNow(null);
        if (failure != null && Causes.of(failure, "") instanceof LeaseLostException lost) {
            throw lost;
        }
    }
}
