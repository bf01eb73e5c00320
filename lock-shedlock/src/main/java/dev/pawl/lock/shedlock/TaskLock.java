package dev.pawl.lock.shedlock;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import net.javacrumbs.shedlock.core.AbstractSimpleLock;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.SimpleLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lock of one run of a task. An extension makes another for the same lease. */
final class TaskLock extends AbstractSimpleLock {

    private static final Logger log = LoggerFactory.getLogger(PawlLockProvider.class);

    /** Of tasks that this thread runs, the innermost first. One whose end came on another thread is dropped when it is met. */
    private static final ThreadLocal<Deque<Lease>> running = new ThreadLocal<>();

    private final Lease lease;

    /** Until when an extension keeps the lock from all others, on the monotonic clock; only where {@link #isKept}. */
    private final long keptUntil;

    private final boolean isKept;

    /** Which share of a lease is before its safety margin. */
    private final double usable;

    private TaskLock(LockConfiguration configuration, Lease lease, double usable, Duration keptFor) {
        super(configuration);
        this.lease = lease;
        this.usable = usable;
        this.isKept = keptFor.compareTo(Duration.ZERO) > 0;
        this.keptUntil = System.nanoTime() + keptFor.toNanos();
    }

    static TaskLock taken(LockConfiguration configuration, LockOptions options, Lease lease) {
        Deque<Lease> tasks = running.get();
        if (tasks == null) {
            tasks = new ArrayDeque<>(2);
            running.set(tasks);
        }
        tasks.push(lease);
        double margin =
                (double) options.safetyMargin().toNanos() / options.leaseTime().toNanos();
        return new TaskLock(configuration, lease, 1 - margin, Duration.ZERO);
    }

    static Optional<Lease> current() {
        Deque<Lease> tasks = running.get();
        while (tasks != null && !tasks.isEmpty()) {
            if (tasks.element().isValid()) {
                return Optional.of(tasks.element());
            }
            forget(tasks.element());
        }
        return Optional.empty();
    }

    private static void forget(Lease lease) {
        Deque<Lease> tasks = running.get();
        if (tasks != null) {
            tasks.remove(lease);
            if (tasks.isEmpty()) {
                running.remove();
            }
        }
    }

    @Override
    protected void doUnlock() {
        forget(lease);
        try {
            long rest = TimeUnit.NANOSECONDS.toMillis(keptUntil - System.nanoTime());
            if (isKept && rest > 0) {
                // Nothing renews it: the client gives it back when it is due, which is the safety margin before its
                // end.
                lease.renew(Duration.ofMillis(1 + (long) Math.ceil(rest / usable)));
            } else {
                lease.close();
            }
        } catch (LeaseLostException e) {
            log.warn(
                    "the task ran longer than its lockAtMostFor of {}, or its lock was taken away; another may have run it at the same"
                            + " time: {}",
                    lockConfiguration.getLockAtMostFor(),
                    e.getMessage());
        }
    }

    /** Empty if the lock was lost. */
    @Override
    protected Optional<SimpleLock> doExtend(LockConfiguration extended) {
        try {
            lease.renew(extended.getLockAtMostFor());
            return Optional.of(new TaskLock(extended, lease, usable, extended.getLockAtLeastFor()));
        } catch (LeaseLostException e) {
            forget(lease);
            return Optional.empty();
        }
    }
}
