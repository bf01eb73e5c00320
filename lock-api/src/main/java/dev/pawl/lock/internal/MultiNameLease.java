package dev.pawl.lock.internal;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
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

    /** Ends when both have, with the first failure and the second suppressed. */
    private static CompletableFuture<Void> both(CompletableFuture<Void> one, CompletableFuture<Void> other) {
        return one.handle((nothing, failure) -> failure)
                .thenCombine(other.handle((nothing, failure) -> failure), MultiNameLease::primary)
                .thenCompose(failure -> failure == null
                        ? CompletableFuture.<Void>completedFuture(null)
                        : CompletableFuture.<Void>failedFuture(failure));
    }

    private static @Nullable Throwable primary(@Nullable Throwable first, @Nullable Throwable second) {
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        first.addSuppressed(second);
        return first;
    }

    /** In reverse order; every lease is closed, whatever another one threw. */
    @Override
    public void close() {
        RuntimeException primary = null;
        for (int i = leases.size() - 1; i >= 0; i--) {
            try {
                leases.get(i).close();
            } catch (RuntimeException e) {
                if (primary == null) {
                    primary = e;
                } else {
                    primary.addSuppressed(e);
                }
            }
        }
        if (primary != null) {
            throw primary;
        }
    }
}
