package dev.pawl.lock.leader;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Guarantees.Order;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockClientClosedException;
import dev.pawl.lock.LockException;
import dev.pawl.lock.LockInfo;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands for an office again and again, on a thread of its own.
 *
 * <pre>
 *              elected                 its end                  lock released
 *   waiting ───────────▶ in office ─────────────▶ vacating ───────────────────▶ callbacks end ──▶ waiting
 *      ▲ │ fault                                                                  │ the body threw
 *      │ ▼                                                                        ▼
 *     pausing ◀──────────────────────────────────────────────────────────────────┘
 *
 *   from everywhere: close() ──▶ closed (final), by way of vacating if in office
 * </pre>
 */
final class Candidate implements LeaderElection {

    private static final Logger LOG = LoggerFactory.getLogger("dev.pawl.lock.leader");

    /** Without a limit, whatever the options say. */
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    /** Room to add to it. */
    private static final Duration LONGEST_STOP = Duration.ofNanos(Long.MAX_VALUE / 4);

    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MOST_DOUBLINGS = 7;

    /** What a caller waits longer than the stop timeout: for the release, and for callbacks. */
    private static final long GRACE = TimeUnit.SECONDS.toNanos(5);

    private static final long ASK_WHO_LEADS = TimeUnit.SECONDS.toNanos(2);

    /** Where the service keeps no order, for how long whoever resigned leaves the office to the others, who only poll. */
    private static final long LEAVE_TO_OTHERS = TimeUnit.SECONDS.toNanos(1);

    /** How often whoever waits for this looks, in ns. */
    private static final long LOOK = 5_000_000;

    private final LockClient locks;
    private final DistributedLock lock;
    private final Callbacks callbacks;
    private final long stopNanos;
    private final Thread thread;
    private final Thread watcher;
    private volatile boolean closed;

    /** The office until its lock is released; written by the candidate's thread only. */
    private volatile @Nullable Office office;

    /** How often in a row it has gone wrong; touched by the candidate's thread only. */
    private int failures;

    Candidate(LockClient locks, DistributedLock lock, Callbacks callbacks, Duration stopTimeout) {
        this.locks = locks;
        this.lock = lock;
        this.callbacks = callbacks;
        this.stopNanos = stopTimeout.compareTo(LONGEST_STOP) >= 0 ? LONGEST_STOP.toNanos() : stopTimeout.toNanos();
        this.thread = new Thread(this::run, "pawl-leader-" + lock.name());
        this.thread.setDaemon(true);
        this.watcher = callbacks.thread("watch", this::watch);
    }

    /** Nothing runs on if it throws. */
    void start() {
        boolean started = false;
        try {
            if (callbacks.tellsOfOthers()) {
                watcher.start();
            }
            thread.start();
            started = true;
        } finally {
            if (!started) {
                closed = true;
            }
        }
    }

    // --- for the user ------------------------------------------------------------------------------------------

    @Override
    public String name() {
        return lock.name();
    }

    @Override
    public boolean isLeader() {
        Office current = office;
        return current != null && current.isValid();
    }

    @Override
    public Optional<LockInfo> leader() {
        return locks.inspect(name());
    }

    @Override
    public void resign() {
        Office current = office;
        if (current != null) {
            current.end(LeadershipEnd.RESIGNED);
            if (!isOurs()) {
                awaitUntil(System.nanoTime() + stopNanos + GRACE, () -> office != current);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        Office current = office;
        if (current != null) {
            current.end(LeadershipEnd.CLOSED);
            current.interruptBody();
        }
        thread.interrupt();
        LockSupport.unpark(watcher);
        if (isOurs()) {
            callbacks.fallSilent();
            return;
        }
        long end = System.nanoTime() + stopNanos + GRACE;
        awaitUntil(end, () -> !thread.isAlive() && !watcher.isAlive());
        callbacks.fallSilent();
        awaitUntil(end, callbacks::areOver);
    }

    /** Whether the calling thread must not wait for this: it would wait for itself. */
    private boolean isOurs() {
        return Thread.currentThread() == thread || callbacks.isOurs();
    }

    /** Waits through interrupts. Takes no lock: see {@link Office}. */
    private void awaitUntil(long end, BooleanSupplier over) {
        boolean interrupted = false;
        while (!over.getAsBoolean() && end - System.nanoTime() > 0) {
            LockSupport.parkNanos(this, LOOK);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // --- on the candidate's thread -----------------------------------------------------------------------------

    private void run() {
        while (!closed) {
            try {
                stand();
            } catch (LockClientClosedException e) {
                closed = true;
                LockSupport.unpark(watcher);
                Callbacks.say(() -> LOG.warn(
                        "election '{}': this process does not stand any more, for its client was closed", name()));
            } catch (Throwable e) {
                failures++;
                Callbacks.say(
                        () -> LOG.warn("election '{}': this process could not stand; it will try again", name(), e));
                pause();
            }
        }
    }

    private void stand() throws LockException {
        Lease lease = awaitElection();
        if (lease == null) {
            return;
        }
        LeadershipEnd why = lead(lease);
        failures = why == LeadershipEnd.FAILED ? failures + 1 : 0;
        pause();
        if (why == LeadershipEnd.RESIGNED && locks.guarantees().order() == Order.NONE) {
            await(LEAVE_TO_OTHERS, office);
        }
    }

    private @Nullable Lease awaitElection() throws LockException {
        try {
            return lock.tryAcquire(FOREVER).orElse(null);
        } catch (InterruptedException e) {
            // By close(); or by a stranger, and then it stands again.
            return null;
        }
    }

    /** Leads until the office has ended, and all its callbacks have. */
    private LeadershipEnd lead(Lease lease) {
        Office elected = new Office(lease, callbacks);
        boolean vacated = false;
        try {
            publish(elected);
            elected.start();
            LeadershipEnd why = elected.awaitEnd();
            elected.vacate(stopNanos);
            vacated = true;
            return why;
        } finally {
            if (!vacated) {
                elected.abandon();
            }
            publish(null);
            elected.join(stopNanos);
        }
    }

    /** Whoever closes meanwhile sees it, or is seen here. */
    private void publish(@Nullable Office current) {
        office = current;
        if (current != null && closed) {
            current.end(LeadershipEnd.CLOSED);
        }
        LockSupport.unpark(watcher);
    }

    /** After failures, longer each time, and never as long as another that failed at the same time. */
    private void pause() {
        if (failures > 0) {
            long longest = SHORTEST_PAUSE << Math.min(failures - 1, MOST_DOUBLINGS);
            await(ThreadLocalRandom.current().nextLong(longest / 2, longest), office);
        }
    }

    /** Waits until this is closed, the time is over, or the office is another than it was. An interrupt is forgotten: see {@link #closed}. */
    private void await(long nanos, @Nullable Office before) {
        long start = System.nanoTime();
        long left = nanos;
        while (!closed && left > 0 && office == before) {
            LockSupport.parkNanos(this, left);
            Thread.interrupted();
            left = nanos - (System.nanoTime() - start);
        }
    }

    // --- on the watcher's thread -------------------------------------------------------------------------------

    private void watch() {
        Optional<LockInfo> known = Optional.empty();
        while (!closed) {
            Office before = office;
            try {
                Optional<LockInfo> leader = leader();
                if (!leader.map(LockInfo::token).equals(known.map(LockInfo::token))) {
                    known = leader;
                    callbacks.leaderChanged(leader);
                }
            } catch (Throwable e) {
                Callbacks.say(() -> LOG.debug("election '{}': could not be asked who leads", name(), e));
            }
            await(ASK_WHO_LEADS, before);
        }
    }
}
