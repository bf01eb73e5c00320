package dev.pawl.lock.spring;

import dev.pawl.lock.Lease;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** One call of a {@link Locked} method: which of its names is held by what. */
final class Frame {

    private final OnThread thread;
    private final @Nullable Frame outer;
    private final Map<String, Holding> byName;
    private final Set<Holding> holdings;

    private Frame(OnThread thread, Map<String, Holding> byName) {
        this.thread = thread;
        this.outer = OnThread.currentFrame();
        this.byName = byName;
        this.holdings = new LinkedHashSet<>(byName.values());
    }

    static Frame enter(OnThread thread, Map<String, Holding> byName) {
        Frame frame = new Frame(thread, byName);
        frame.holdings.forEach(Holding::enter);
        thread.push(frame);
        return frame;
    }

    static Frame current() {
        Frame frame = OnThread.currentFrame();
        if (frame == null) {
            throw new IllegalStateException(
                    "no method with @Locked runs on this thread; was it called from within its own"
                            + " object, past the proxy?");
        }
        return frame;
    }

    @Nullable
    Frame outer() {
        return outer;
    }

    Collection<Holding> holdings() {
        return holdings;
    }

    Lease onlyLease() {
        if (byName.size() != 1) {
            throw new IllegalStateException(
                    "the method has several locks, " + byName.keySet() + "; say which: Locks.currentLease(name)");
        }
        return lease(byName.keySet().iterator().next());
    }

    Lease lease(String name) {
        for (Frame frame = this; frame != null; frame = frame.outer) {
            Holding holding = frame.byName.get(name);
            if (holding != null) {
                return new BorrowedLease(name, holding.lease());
            }
        }
        throw new IllegalStateException("lock '" + name + "': no method with @Locked that runs on this thread has it");
    }

    /** The method has returned. */
    void leave() {
        thread.pop(this);
        RuntimeException first = null;
        for (Holding holding : holdings) {
            try {
                holding.leave();
            } catch (RuntimeException e) {
                first = and(first, e);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** The method has thrown, which stays the primary exception. */
    void leaveAfter(Throwable primary) {
        try {
            leave();
        } catch (RuntimeException e) {
            primary.addSuppressed(e);
        }
    }

    /** The method has returned, but its result is not there yet. */
    <T extends @Nullable Object> CompletableFuture<T> leaveWith(CompletableFuture<T> result) {
        thread.pop(this);
        holdings.forEach(holding -> holding.leaveTo(result));
        CompletableFuture<T> held = new CompletableFuture<>();
        result.whenComplete((value, failure) -> {
            CompletableFuture<?>[] releases =
                    holdings.stream().map(Holding::leaveLater).toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(releases).whenComplete((nothing, lost) -> {
                if (failure != null) {
                    held.completeExceptionally(failure);
                } else if (lost != null) {
                    held.completeExceptionally(unwrapped(lost));
                } else {
                    held.complete(value);
                }
            });
        });
        held.whenComplete((value, failure) -> {
            if (held.isCancelled()) {
                result.cancel(true);
            }
        });
        return held;
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    private static RuntimeException and(@Nullable RuntimeException first, RuntimeException next) {
        if (first == null) {
            return next;
        }
        first.addSuppressed(next);
        return first;
    }
}
