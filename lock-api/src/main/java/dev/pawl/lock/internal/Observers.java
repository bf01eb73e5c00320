package dev.pawl.lock.internal;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.ForcedRelease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockKind;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockRequest;
import dev.pawl.lock.WaitOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners and Java Flight Recorder what happens. Costs nothing where nobody listens.
 *
 * <p>A listener is the user's code: it never runs in an event of a {@link LockQueue} or on a thread of the backend's or the
 * timer's. What happens is noted for each name in its order, and told by the caller that stands still for it, on its way out, or
 * else by a callback thread; one thread at a time for each name.
 */
final class Observers {

    private static final Logger LOG = LoggerFactory.getLogger("dev.pawl.lock");

    /** Who tells what was noted, before it gives its caller the result. */
    interface Teller {
        /** The thread that calls tells it, and does not stand still in between. */
        Teller CALLER = () -> true;

        /** False once it has told the last: what is noted from then on needs another. */
        boolean willTell();
    }

    private static final class News {
        private final Queue<Consumer<LockListener>> events = new ConcurrentLinkedQueue<>();
        private final AtomicReference<@Nullable Thread> teller = new AtomicReference<>();
    }

    private final Executor callbacks;
    private final AtomicLong requests = new AtomicLong();

    /** The lock of which the thread is telling that it is about to be waited for. */
    private final ThreadLocal<@Nullable String> toldHere = new ThreadLocal<>();

    private final List<LockListener> listeners = new CopyOnWriteArrayList<>();

    /** What is not told yet; a name stands here only while there is something. */
    private final ConcurrentMap<String, News> untold = new ConcurrentHashMap<>();

    Observers(Executor callbacks) {
        this.callbacks = callbacks;
    }

    void add(LockListener listener) {
        listeners.add(listener);
    }

    void remove(LockListener listener) {
        listeners.remove(listener);
    }

    /** On the caller's thread; a request that is made in a listener of the same lock is about to be refused. */
    void waiting(Waiter waiter, String lock) {
        if (!listeners.isEmpty() && !isTelling(lock)) {
            LockRequest request = request(waiter, lock);
            @Nullable String outer = toldHere.get();
            toldHere.set(lock);
            try {
                tellAll(listener -> listener.onWaiting(request));
            } finally {
                toldHere.set(outer);
            }
        }
    }

    void notAcquired(Waiter waiter, String lock, WaitOutcome outcome, long waitedNanos) {
        if (!listeners.isEmpty()) {
            LockRequest request = request(waiter, lock);
            note(lock, waiter, listener -> listener.onNotAcquired(request, outcome, Duration.ofNanos(waitedNanos)));
        }
    }

    /** A request that was answered without being made: others of this client have the lock. */
    void busy(String lock, LockOptions options) {
        if (!listeners.isEmpty()) {
            LockRequest request = request(lock, options);
            note(lock, Teller.CALLER, listener -> listener.onNotAcquired(request, WaitOutcome.BUSY, Duration.ZERO));
        }
    }

    /** A request for something else than a lock: listeners are to know of what kind it is. */
    void introduce(Waiter waiter, String name, LockKind kind) {
        waiter.toldAs(new LockRequest(requests.incrementAndGet(), name, kind, waiter.options()));
    }

    private LockRequest request(Waiter waiter, String lock) {
        LockRequest told = waiter.request();
        if (told == null) {
            told = request(lock, waiter.options());
            waiter.toldAs(told);
        }
        return told;
    }

    private LockRequest request(String lock, LockOptions options) {
        return new LockRequest(requests.incrementAndGet(), lock, LockKind.LOCK, options);
    }

    void attempt(String lock, @Nullable Teller teller) {
        if (!listeners.isEmpty()) {
            note(lock, teller, listener -> listener.onAttempt(lock));
        }
    }

    void acquired(Waiter waiter, FencingToken token, long waitedNanos) {
        record(token, waitedNanos);
        if (!listeners.isEmpty()) {
            acquired(request(waiter, token.lock()), token, waitedNanos, waiter);
        }
    }

    /** One of several that were granted in one exchange. */
    void acquired(LockOptions options, FencingToken token) {
        record(token, 0);
        if (!listeners.isEmpty()) {
            acquired(request(token.lock(), options), token, 0, Teller.CALLER);
        }
    }

    private void acquired(LockRequest request, FencingToken token, long waitedNanos, Teller teller) {
        note(token.lock(), teller, listener -> listener.onAcquired(request, token, Duration.ofNanos(waitedNanos)));
    }

    private static void record(FencingToken token, long waitedNanos) {
        FlightEvents.Acquire event = new FlightEvents.Acquire();
        if (event.shouldCommit()) {
            event.lock = token.lock();
            event.token = token.value();
            event.waited = waitedNanos;
            event.commit();
        }
    }

    void released(FencingToken token, long heldNanos, Teller teller) {
        FlightEvents.Hold event = new FlightEvents.Hold();
        if (event.shouldCommit()) {
            event.lock = token.lock();
            event.token = token.value();
            event.held = heldNanos;
            event.commit();
        }
        if (!listeners.isEmpty()) {
            note(token.lock(), teller, listener -> listener.onReleased(token, Duration.ofNanos(heldNanos)));
        }
    }

    void handOff(FencingToken released, FencingToken acquired, Teller teller) {
        FlightEvents.HandOff event = new FlightEvents.HandOff();
        if (event.shouldCommit()) {
            event.lock = acquired.lock();
            event.token = acquired.value();
            event.commit();
        }
        if (!listeners.isEmpty()) {
            note(acquired.lock(), teller, listener -> listener.onHandOff(released, acquired));
        }
    }

    void lost(LeaseLostEvent loss) {
        LOG.warn(
                "lock '{}': lease lost after {} ms: {}",
                loss.name(),
                loss.held().toMillis(),
                loss.reason());
        FlightEvents.LeaseLost event = new FlightEvents.LeaseLost();
        if (event.shouldCommit()) {
            event.lock = loss.name();
            event.token = loss.token().value();
            event.reason = loss.reason().name();
            event.held = loss.held().toNanos();
            event.commit();
        }
        note(loss.name(), null, listener -> listener.onLost(loss));
    }

    void forceReleased(FencingToken seen, ForcedRelease release) {
        String lock = seen.lock();
        LOG.warn(
                "lock '{}': {} by {}, from {}, token {}, new token {}: {}",
                lock,
                release.isAtOnce() ? "freed at once" : "revoked",
                release.by(),
                release.taken().holder().orElse("a holder that says no name"),
                seen.value(),
                release.taken().token().value(),
                release.reason());
        note(lock, Teller.CALLER, listener -> listener.onForceReleased(release));
        tell(lock);
    }

    void renewalFailed(Hold hold, Throwable cause) {
        FencingToken token = hold.token();
        long remaining = hold.remaining();
        LOG.warn(
                "lock '{}': renewal failed, {} ms of the lease left: {}",
                token.lock(),
                remaining / 1_000_000,
                cause.toString());
        FlightEvents.RenewalFailed event = new FlightEvents.RenewalFailed();
        if (event.shouldCommit()) {
            event.lock = token.lock();
            event.token = token.value();
            event.remaining = remaining;
            event.commit();
        }
        note(token.lock(), null, listener -> listener.onRenewalFailed(token, Duration.ofNanos(remaining), cause));
    }

    void undoFailed(String lock, Throwable cause) {
        LOG.warn("lock '{}': release or withdrawal not confirmed, trying on: {}", lock, cause.toString());
        FlightEvents.UndoFailed event = new FlightEvents.UndoFailed();
        if (event.shouldCommit()) {
            event.lock = lock;
            event.commit();
        }
        note(lock, null, listener -> listener.onUndoFailed(lock, cause));
    }

    /**
     * Notes what happened. A teller that left before it could see this does not tell it: of the two writes and the two reads one
     * side sees the other's.
     */
    private void note(String lock, @Nullable Teller teller, Consumer<LockListener> event) {
        if (listeners.isEmpty()) {
            return;
        }
        untold.compute(lock, (name, there) -> {
            News news = there != null ? there : new News();
            news.events.add(event);
            return news;
        });
        if (teller == null || !teller.willTell()) {
            callbacks.execute(() -> tell(lock));
        }
    }

    /**
     * Tells what was noted of a lock, unless another thread is at it, which then tells this as well. For threads that may run
     * users' code.
     */
    void tell(String lock) {
        News news = listeners.isEmpty() ? null : untold.get(lock);
        while (news != null && news.teller.compareAndSet(null, Thread.currentThread())) {
            for (Consumer<LockListener> event = news.events.poll(); event != null; event = news.events.poll()) {
                tellAll(event);
            }
            news.teller.set(null);
            // Or what was noted meanwhile by one who found this thread at it.
            news = untold.computeIfPresent(lock, (name, told) -> told.events.isEmpty() ? null : told);
        }
    }

    /** Whether the calling thread is in a listener that is told of this lock. */
    boolean isTelling(String lock) {
        News news = listeners.isEmpty() ? null : untold.get(lock);
        return lock.equals(toldHere.get()) || (news != null && news.teller.get() == Thread.currentThread());
    }

    private void tellAll(Consumer<LockListener> event) {
        for (LockListener listener : listeners) {
            guarded("listener " + listener.getClass().getName(), () -> event.accept(listener));
        }
    }

    /** Runs a user's code; what it throws is logged and goes no further. */
    static void guarded(String what, Runnable callback) {
        try {
            callback.run();
        } catch (Throwable e) {
            LOG.warn("{} threw", what, e);
        }
    }
}
