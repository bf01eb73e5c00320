package dev.pawl.lock.jdbc;

import dev.pawl.lock.jdbc.Dialect.Holder;
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
 * message can be lost. Where it does not, after an eighth of the time that a lock was seen to be held by the same owner, from 20
 * ms up to that ceiling: a lock that changes hands is got sooner, and a long hold costs one statement a second. In both cases, too, when the lease
 * of a holder, or a reservation, is due to end.
 */
final class Watch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final long SHORTEST = Duration.ofMillis(20).toNanos();
    private static final long AFTER_A_FAILURE = Duration.ofMillis(250).toNanos();
    private static final long LINGER = Duration.ofSeconds(5).toNanos();
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

    private final Ear ear;
    private final String name;
    private final ConcurrentMap<String, Waiting> waiters = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Thread> running = new AtomicReference<>();
    private final Ear.Sleepers sleepers = new Sleepers();
    private volatile boolean closed;

    /** Not before: looks keep a distance. Touched by the thread only. */
    private long notBefore = System.nanoTime();

    Watch(String name, Ear ear) {
        this.name = name;
        this.ear = ear;
        if (ear.isKept()) {
            start();
        }
    }

    /** Begins to look for one, until {@link #remove}. */
    void add(Waiting waiting) {
        if (waiters.putIfAbsent(waiting.member(), waiting) == null) {
            start();
        }
    }

    void remove(Waiting waiting) {
        waiters.remove(waiting.member());
    }

    private void start() {
        Thread current = running.get();
        if (current != null) {
            ear.interrupt(current);
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
            watch();
        } finally {
            running.set(null);
        }
        if (!waiters.isEmpty()) {
            // One came just as the thread went.
            start();
        }
    }

    private void watch() {
        long emptySince = System.nanoTime();
        while (!closed) {
            try {
                long now = System.nanoTime();
                if (!waiters.isEmpty()) {
                    emptySince = now;
                } else if (!ear.isKept() && now - emptySince > LINGER) {
                    return;
                }
                ear.listen(waiters.isEmpty() ? now + LINGER : nextLook(), sleepers);
                if (!waiters.isEmpty() && nextLook() - System.nanoTime() <= 0) {
                    look();
                }
            } catch (SQLException | RuntimeException e) {
                LOG.debug("{}: a look at the locks that are waited for failed", name, e);
            }
        }
    }

    private long nextLook() {
        boolean hears = ear.hears();
        long now = System.nanoTime();
        long next = now + LINGER;
        for (Waiting waiting : waiters.values()) {
            long due = waiting.nextLook(hears, SHORTEST);
            next = due - next < 0 ? due : next;
        }
        return next - notBefore < 0 ? notBefore : next;
    }

    private void look() throws SQLException {
        Set<String> keys = waiters.values().stream().map(Waiting::key).collect(Collectors.toSet());
        long began = System.nanoTime();
        notBefore = began + AFTER_A_FAILURE;
        Map<String, Holder> holders = ear.look(keys);
        for (Waiting waiting : waiters.values()) {
            Holder holder = holders.get(waiting.key());
            if (holder != null && !waiting.concerns(holder)) {
                waiting.seenBusy(began, holder);
            } else if (keys.contains(waiting.key())) {
                waiting.wake();
            }
        }
        notBefore = began + SHORTEST;
    }

    private final class Sleepers implements Ear.Sleepers {

        @Override
        public @Nullable Waiting find(String member) {
            return waiters.get(member);
        }

        @Override
        public void wakeAll() {
            waiters.values().forEach(Waiting::wake);
        }
    }

    /** Waits a bounded time for the thread. */
    @Override
    public void close() {
        closed = true;
        Thread current = running.get();
        ear.close();
        if (current != null && current != Thread.currentThread()) {
            ear.interrupt(current);
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
    }
}
