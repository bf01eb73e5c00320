package dev.pawl.lock.internal;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.MultiLease;
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

    private final List<Lease> leases;
    private final Map<String, FencingToken> tokens;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * @param leases at least one, in canonical order
     */
    MultiNameLease(List<Lease> leases) {
        this.leases = List.copyOf(leases);
        Map<String, FencingToken> byName = new LinkedHashMap<>();
        leases.forEach(lease -> byName.put(lease.name(), lease.token()));
        this.tokens = Collections.unmodifiableMap(byName);
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
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (int i = leases.size() - 1; i >= 0; i--) {
            all = both(all, leases.get(i).releaseAsync());
        }
        return all;
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
        CompletableFuture<@Nullable Throwable> all = releaseAsync().handle((nothing, failure) -> failure);
        Waits.quietly(all, HeldLease.CLOSE_WAIT);
        Throwable failure = all.getNow(null);
        if (failure != null && Causes.of(failure, "") instanceof LeaseLostException lost) {
            throw lost;
        }
    }
}
