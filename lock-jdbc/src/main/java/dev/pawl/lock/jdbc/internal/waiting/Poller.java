package dev.pawl.lock.jdbc.internal.waiting;

import dev.pawl.lock.jdbc.internal.dialect.Holder;
import dev.pawl.lock.jdbc.internal.dialect.WakeUps;
import dev.pawl.lock.jdbc.internal.exchange.PollInterval;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at everything that a backend's clients wait for, in one statement, and wakes whoever may have its lock now. One daemon
 * thread for each backend, which runs while somebody waits, or listens.
 *
 * <p>How often: where the database tells of releases, as often as the most impatient waiter's retry ceiling says, since a
 * message can be lost. Where it does not, at a {@link PollInterval} of the time that a lock was seen to be held by the same owner: a
 * lock that changes hands is got sooner. In both cases, too, when the lease of a holder, or a reservation, is due to end.
 */
public final class Poller implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Poller.class);

    /** A database that does not answer is not asked as often as one that does. */
    private static final long AFTER_A_FAILURE = Duration.ofMillis(250).toNanos();

    /** How long the thread outlives the last waiter: where one waited, the next is likely to come soon. */
    private static final long LINGER = Duration.ofSeconds(5).toNanos();

    /** A look that is under way is bounded by the I/O time limit; no close waits for as long as that. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

    private final WakeUps wakeUps;
    private final String name;
    private final ConcurrentMap<String, PolledContest> waiters = new ConcurrentHashMap<>();

    /** Those for whom nobody looks: they are told, and ask by themselves should a message be lost. */
    private final ConcurrentMap<String, PolledContest> listeners = new ConcurrentHashMap<>();

    private final AtomicReference<@Nullable Thread> running = new AtomicReference<>();
    private final WakeUps.Sleepers sleepers = new Sleepers();
    private volatile boolean closed;

    /** Not before: looks keep a distance. Touched by the thread only. */
    private long notBefore = System.nanoTime();

    public Poller(String name, WakeUps wakeUps) {
        this.name = name;
        this.wakeUps = wakeUps;
        if (wakeUps.isKept()) {
            start();
        }
    }

    /** Begins to look for one, until {@link #remove}. */
    public void add(PolledContest waiting) {
        if (waiters.putIfAbsent(waiting.member(), waiting) == null) {
            start();
        }
    }

    public void remove(PolledContest waiting) {
        waiters.remove(waiting.member());
    }

    /** Whether messages arrive, as a rule. */
    public boolean hears() {
        return wakeUps.isKept();
    }

    /** Has one told of its turn, until {@link #removeListener}. Only where messages arrive. */
    public void addListener(PolledContest waiting) {
        listeners.put(waiting.member(), waiting);
    }

    public void removeListener(PolledContest waiting) {
        listeners.remove(waiting.member());
    }

    private void start() {
        Thread current = running.get();
        if (current != null) {
            wakeUps.interrupt(current);
            return;
        }
        Thread thread = new Thread(this::run, name);
        thread.setDaemon(true);
        if (!closed && running.compareAndSet(null, thread)) {
            thread.start();
        }
    }

    private void run() {
        try {
            poll();
        } finally {
            running.set(null);
        }
        if (!waiters.isEmpty()) {
            // One came just as the thread went.
            start();
        }
    }

    private void poll() {
        long emptySince = System.nanoTime();
        while (!closed) {
            try {
                long now = System.nanoTime();
                if (!waiters.isEmpty()) {
                    emptySince = now;
                } else if (!wakeUps.isKept() && now - emptySince > LINGER) {
                    return;
                }
                wakeUps.listen(waiters.isEmpty() ? now + LINGER : nextLook(), sleepers);
                if (!waiters.isEmpty() && nextLook() - System.nanoTime() <= 0) {
                    look();
                }
            } catch (SQLException | RuntimeException e) {
                LOG.debug("{}: a look at the locks that are waited for failed", name, e);
            }
        }
    }

    private long nextLook() {
        boolean hears = wakeUps.hears();
        long now = System.nanoTime();
        long next = now + LINGER;
        for (PolledContest waiting : waiters.values()) {
            long due = waiting.nextLook(hears);
            next = due - next < 0 ? due : next;
        }
        return next - notBefore < 0 ? notBefore : next;
    }

    private void look() throws SQLException {
        Set<String> keys = waiters.values().stream().map(PolledContest::key).collect(Collectors.toSet());
        long began = System.nanoTime();
        notBefore = began + AFTER_A_FAILURE;
        Map<String, Holder> holders = wakeUps.look(keys);
        for (PolledContest waiting : waiters.values()) {
            Holder holder = holders.get(waiting.key());
            if (holder != null && !waiting.concerns(holder)) {
                waiting.seenBusy(began, holder);
            } else if (keys.contains(waiting.key())) {
                waiting.wake();
            }
        }
        notBefore = began + PollInterval.SHORTEST;
    }

    private final class Sleepers implements WakeUps.Sleepers {

        @Override
        public void wake(String member) {
            PolledContest waiting = waiters.get(member);
            if (waiting == null) {
                waiting = listeners.get(member);
            }
            if (waiting != null) {
                waiting.wake();
            }
        }

        @Override
        public void wakeAll() {
            waiters.values().forEach(PolledContest::wake);
            listeners.values().forEach(PolledContest::wake);
        }
    }

    /** Waits a bounded time for the thread. */
    @Override
    public void close() {
        closed = true;
        Thread current = running.get();
        wakeUps.breakOff();
        if (current != null && current != Thread.currentThread()) {
            wakeUps.interrupt(current);
            boolean interrupted = Thread.interrupted();
            try {
                current.join(CLOSE_PATIENCE.toMillis());
            } catch (InterruptedException e) {
                interrupted = true;
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        wakeUps.close();
    }
}
