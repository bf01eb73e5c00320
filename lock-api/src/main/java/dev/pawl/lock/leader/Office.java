package dev.pawl.lock.leader;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.internal.Leases;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One office: a lease, and the thread that leads under it.
 *
 * <pre>
 *   leading ── resign, close, loss, the body throws ──▶ ending(why) ── the body has returned ──▶ over
 *                                                          │ interrupts the body                 ▲
 *                                                          └── the stop timeout passes ──▶ the lease runs out, unrenewed
 * </pre>
 *
 * <p>{@link #body} keeps the interrupt and the end of the body apart: none comes when the thread tells {@code onRevoked}. No lock of the
 * JDK is taken on a caller's thread, whose stack may be at its end; so whoever waits here looks again by itself.
 */
final class Office implements Leadership {

    private static final Logger LOG = LoggerFactory.getLogger("dev.pawl.lock.leader");

    /** How often whoever waits looks by itself, in ns. */
    private static final long LOOK = 500_000_000;

    /** The same for the last callback of an office, whose end tells nobody. */
    private static final long LOOK_WHILE_IT_ENDS = 10_000_000;

    private enum Body {
        RUNS,
        IS_INTERRUPTED,
        OVER
    }

    private final Lease lease;
    private final Callbacks callbacks;
    private final Thread candidate = Thread.currentThread();
    private final Thread thread;

    /** Null while this process leads. */
    private final AtomicReference<@Nullable LeadershipEnd> end = new AtomicReference<>();

    private final AtomicReference<Body> body = new AtomicReference<>(Body.RUNS);

    /** On the candidate's thread, which then waits for its end. */
    Office(Lease lease, Callbacks callbacks) {
        this.lease = lease;
        this.callbacks = callbacks;
        this.thread = callbacks.officeThread(this::run);
    }

    void start() {
        lease.onLost(event -> end(LeadershipEnd.LOST));
        thread.start();
    }

    // --- for the user ------------------------------------------------------------------------------------------

    @Override
    public FencingToken token() {
        return lease.token();
    }

    @Override
    public boolean isValid() {
        return end.get() == null && lease.isValid();
    }

    @Override
    public void ensureValid() {
        lease.ensureValid();
        LeadershipEnd why = end.get();
        if (why != null) {
            throw new LeaseLostException(
                    token(),
                    LossReason.RELEASED,
                    "election '" + lease.name() + "': this office has ended (" + why + ")");
        }
    }

    @Override
    public void onLost(Runnable action) {
        Objects.requireNonNull(action, "action");
        lease.onLost(event -> {
            end(LeadershipEnd.LOST);
            if (end.get() == LeadershipEnd.LOST) {
                callbacks.lost(action);
            }
        });
    }

    @Override
    public void resign() {
        end(LeadershipEnd.RESIGNED);
    }

    // --- its end -----------------------------------------------------------------------------------------------

    /** Ends the office unless it has ended, and interrupts its body, but for one that ends its office itself. Does not wait. */
    void end(LeadershipEnd why) {
        if (end.compareAndSet(null, why) && Thread.currentThread() != thread) {
            interruptBody();
        }
        LockSupport.unpark(candidate);
        LockSupport.unpark(thread);
    }

    void interruptBody() {
        if (body.compareAndSet(Body.RUNS, Body.IS_INTERRUPTED)) {
            try {
                thread.interrupt();
            } finally {
                body.set(Body.RUNS);
            }
        }
    }

    /** Waits for the end of the office, however it ends. An interrupt does not end it, and is forgotten: {@code close()} ends the office first. */
    LeadershipEnd awaitEnd() {
        LeadershipEnd why = end.get();
        while (why == null) {
            LockSupport.parkNanos(this, LOOK);
            Thread.interrupted();
            why = end.get();
        }
        return why;
    }

    private boolean bodyEndsWithin(long nanos) {
        long start = System.nanoTime();
        long left = nanos;
        while (bodyRuns() && left > 0) {
            LockSupport.parkNanos(this, Math.min(left, LOOK));
            Thread.interrupted();
            left = nanos - (System.nanoTime() - start);
        }
        return !bodyRuns();
    }

    private boolean bodyRuns() {
        return body.get() != Body.OVER && thread.isAlive();
    }

    /** Gives the lock back when the body has ended; a body that does not end keeps it until the lease has run out. */
    void vacate(long stopNanos) {
        if (!bodyEndsWithin(stopNanos)) {
            Leases.letRunOut(lease);
            interruptBody();
            Callbacks.say(() -> LOG.warn(
                    "election '{}': the leader's body still runs {} ms after the end of its office; its lease is not renewed any"
                            + " more. Another process may lead before the body has ended",
                    lease.name(),
                    TimeUnit.NANOSECONDS.toMillis(stopNanos)));
            boolean over = false;
            while (!over) {
                over = bodyEndsWithin(LOOK) || !lease.isValid();
            }
        }
        try {
            lease.close();
        } catch (LeaseLostException e) {
            Callbacks.say(() -> LOG.debug("election '{}': the office was lost before its end", lease.name(), e));
        }
    }

    /** Something was thrown where nothing should be. Gives the lock back if nobody leads under it. */
    void abandon() {
        Leases.letRunOut(lease);
        end(LeadershipEnd.FAILED);
        if (!bodyRuns()) {
            lease.releaseAsync();
        }
    }

    /** Waits until its last callback has ended: no other office of this process may begin before. */
    void join(long stopNanos) {
        long start = System.nanoTime();
        boolean said = false;
        while (thread.isAlive()) {
            LockSupport.parkNanos(this, LOOK_WHILE_IT_ENDS);
            Thread.interrupted();
            if (!said && System.nanoTime() - start > stopNanos) {
                said = true;
                Callbacks.say(() -> LOG.warn(
                        "election '{}': a callback of an office that has ended still runs; this process does not stand before it ends",
                        lease.name()));
            }
        }
    }

    // --- on its thread -----------------------------------------------------------------------------------------

    private void run() {
        try {
            if (end.get() == null) {
                callbacks.elected(this);
            }
        } catch (Throwable e) {
            failedUnlessEnded(e);
        } finally {
            bodyHasReturned();
        }
        callbacks.revoked(awaitEnd());
    }

    private void failedUnlessEnded(Throwable failure) {
        boolean failed = end.get() == null;
        end(LeadershipEnd.FAILED);
        Callbacks.say(() -> {
            if (failed) {
                LOG.warn(
                        "election '{}': the leader's body threw an exception, so this process resigns",
                        lease.name(),
                        failure);
            } else {
                LOG.debug("election '{}': the leader's body ended with its office", lease.name(), failure);
            }
        });
    }

    /** From now on no interrupt comes. One that is here may be that of the office's end, and has done its work. */
    private void bodyHasReturned() {
        while (!body.compareAndSet(Body.RUNS, Body.OVER)) {
            Thread.onSpinWait();
        }
        if (end.get() != null) {
            Thread.interrupted();
        }
        LockSupport.unpark(candidate);
    }
}
