package dev.pawl.lock.internal;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners and Java Flight Recorder what happens. Called with no lock held; costs nothing where nobody listens. */
final class Observers {

    private static final Logger LOG = LoggerFactory.getLogger("dev.pawl.lock");

    private final List<LockListener> listeners = new CopyOnWriteArrayList<>();

    void add(LockListener listener) {
        listeners.add(listener);
    }

    void attempt(String lock) {
        if (!listeners.isEmpty()) {
            tell(listener -> listener.onAttempt(lock));
        }
    }

    void acquired(FencingToken token, long waitedNanos) {
        FlightEvents.Acquire event = new FlightEvents.Acquire();
        if (event.shouldCommit()) {
            event.lock = token.lock();
            event.token = token.value();
            event.waited = waitedNanos;
            event.commit();
        }
        if (!listeners.isEmpty()) {
            tell(listener -> listener.onAcquired(token, Duration.ofNanos(waitedNanos)));
        }
    }

    void released(FencingToken token, long heldNanos) {
        FlightEvents.Hold event = new FlightEvents.Hold();
        if (event.shouldCommit()) {
            event.lock = token.lock();
            event.token = token.value();
            event.held = heldNanos;
            event.commit();
        }
        if (!listeners.isEmpty()) {
            tell(listener -> listener.onReleased(token, Duration.ofNanos(heldNanos)));
        }
    }

    void handOff(FencingToken released, FencingToken acquired) {
        FlightEvents.HandOff event = new FlightEvents.HandOff();
        if (event.shouldCommit()) {
            event.lock = acquired.lock();
            event.token = acquired.value();
            event.commit();
        }
        if (!listeners.isEmpty()) {
            tell(listener -> listener.onHandOff(released, acquired));
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
        tell(listener -> listener.onLost(loss));
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
        tell(listener -> listener.onRenewalFailed(token, Duration.ofNanos(remaining), cause));
    }

    void undoFailed(String lock, Throwable cause) {
        LOG.warn("lock '{}': release or withdrawal not confirmed, trying on: {}", lock, cause.toString());
        FlightEvents.UndoFailed event = new FlightEvents.UndoFailed();
        if (event.shouldCommit()) {
            event.lock = lock;
            event.commit();
        }
        tell(listener -> listener.onUndoFailed(lock, cause));
    }

    private void tell(Consumer<LockListener> news) {
        for (LockListener listener : listeners) {
            guarded("listener " + listener.getClass().getName(), () -> news.accept(listener));
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
