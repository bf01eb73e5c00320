package dev.pawl.lock.internal;

import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockBackendException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A lease in the hands of a simulated caller. */
final class SimulatedLease {

    final SimulatedRequest request;
    final HeldLease lease;
    final SimulatedGrant grant;
    private final SimulationChecker checker;

    /** When it was first seen invalid, or -1. */
    long invalidSince = -1;

    @Nullable
    LeaseLostEvent loss;

    private boolean closeAsked;
    private boolean closed;

    SimulatedLease(SimulatedRequest request, HeldLease lease, Simulation world) {
        this.request = request;
        this.lease = lease;
        this.grant = (SimulatedGrant) lease.hold().grant();
        this.checker = world.checker();
        grant.delivered = true;
        lease.onLost(this::lost);
    }

    private void lost(LeaseLostEvent event) {
        if (loss != null) {
            checker.violated("a loss is told once: " + this);
        }
        loss = event;
        checker.lossTold(this, event);
    }

    boolean isCloseAsked() {
        return closeAsked;
    }

    /** The caller knows that it is over, one way or the other. */
    boolean isOver() {
        return closed || loss != null;
    }

    boolean isReleased() {
        return closed && loss == null;
    }

    void releaseAsync() {
        boolean first = !closeAsked;
        closeAsked = true;
        CompletableFuture<Void> done = lease.releaseAsync();
        checker.released(this);
        done.whenComplete((nothing, failure) -> closed(first, failure == null ? null : Causes.of(failure, "nothing")));
    }

    /** As try-with-resources does; stands still, so the network answers at once. */
    void close() {
        boolean first = !closeAsked;
        closeAsked = true;
        request.client.network.inline(() -> {
            try {
                lease.close();
                closed(first, null);
            } catch (LeaseLostException e) {
                closed(first, e);
            }
        });
        checker.released(this);
    }

    /** Only the first to close hears how it went. */
    private void closed(boolean first, @Nullable Throwable failure) {
        if (!first) {
            return;
        }
        closed = true;
        checker.releaseAnswered(this, failure);
        if (failure != null && !(failure instanceof LeaseLostException) && !(failure instanceof LockBackendException)) {
            checker.violated("a release fails with a loss or a fault: " + this + ": " + failure);
        }
    }

    @Override
    public String toString() {
        return "lease " + lease.token().value() + " of " + request;
    }
}
