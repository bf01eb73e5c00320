package dev.pawl.lock.fencing;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.spi.LockNames;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A guard for state that lives in this process: an object, a file that one process serves, a cache.
 *
 * <pre>{@code
 * guard.run(token, () -> stock.put(item, count));       // check and write are one step
 * }</pre>
 *
 * <p>{@link #check} is lock-free, but for the first token of a lock. It is enough where it stands at the
 * door of a queue that one thread works off. Where several threads write, {@link #run} and {@link #call} keep writers of one lock
 * apart, so that none is overtaken between its check and its write.
 *
 * <p>Memory: about 150 bytes and the name for each lock ever seen, and never more locks than it was made for. Nothing is
 * forgotten by itself, since a guard that has forgotten a lock would admit a stale token of it: at the limit tokens of further
 * locks are refused, until {@link #reset} has made room. What was seen ends with the process, as does the state that it protects.
 */
public final class InMemoryFencingGuard implements FencingGuard {

    private static final int MOST_LOCKS = 1_000_000;

    /** In the place of the newest token: this memory of the lock is not in the map any more. */
    private static final long FORGOTTEN = -1;

    private final int mostLocks;
    private final AtomicInteger locks = new AtomicInteger();
    private final ConcurrentMap<String, Seen> seen = new ConcurrentHashMap<>();

    /** The newest token of a lock, and what keeps its writers apart. */
    private static final class Seen extends AtomicLong {

        private static final long serialVersionUID = 1L;

        private final ReentrantLock writers = new ReentrantLock();

        /** The token of the outermost write that is under way; guarded by {@link #writers}. */
        private long writing;
    }

    private InMemoryFencingGuard(int mostLocks) {
        this.mostLocks = mostLocks;
    }

    /**
     * A guard for a million locks at most.
     *
     * @return a guard that has seen nothing
     */
    public static InMemoryFencingGuard create() {
        return create(MOST_LOCKS);
    }

    /**
     * A guard for a limited number of locks.
     *
     * @param mostLocks how many locks it remembers at most, at least 1
     * @return a guard that has seen nothing
     */
    public static InMemoryFencingGuard create(int mostLocks) {
        if (mostLocks < 1) {
            throw new IllegalArgumentException("mostLocks: must be at least 1, but got " + mostLocks);
        }
        return new InMemoryFencingGuard(mostLocks);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if it is the first token of a lock, and there are too many locks already
     */
    @Override
    public void check(FencingToken token) {
        Objects.requireNonNull(token, "token");
        boolean admitted = false;
        while (!admitted) {
            admitted = admits(seen(token.lock()), token);
        }
    }

    /**
     * Writes if the token is not stale. No other write of the same lock runs meanwhile.
     *
     * <p>A write may contain another of the same token. It may contain one of another lock, if all that do so nest these locks in
     * the same order: two threads that nest them in opposite orders wait for each other for ever.
     *
     * @param token the writer's token
     * @param write what to do, briefly
     * @throws StaleTokenException if a newer token was seen; nothing is written
     * @throws IllegalStateException as for {@link #check}, and if this thread is inside a write with an older token of the lock,
     *     whose rest would come after the newer one; nothing is written
     */
    public void run(FencingToken token, Runnable write) {
        Objects.requireNonNull(write, "write");
        Seen newest = enter(token);
        try {
            write.run();
        } finally {
            newest.writers.unlock();
        }
    }

    /**
     * The same, for a write that has a result or throws a checked exception.
     *
     * @param <T> type of the result
     * @param token the writer's token
     * @param write what to do, briefly
     * @return its result
     * @throws StaleTokenException if a newer token was seen; nothing is written
     * @throws IllegalStateException as for {@link #check}
     * @throws Exception what the write throws; its token was admitted all the same
     */
    public <T> T call(FencingToken token, Callable<T> write) throws Exception {
        Objects.requireNonNull(write, "write");
        Seen newest = enter(token);
        try {
            return write.call();
        } finally {
            newest.writers.unlock();
        }
    }

    /**
     * Forgets what was seen of a lock, and admits tokens from a floor on: after a move to a backend whose tokens are smaller. Waits
     * for a write that is under way.
     *
     * @param lock the lock
     * @param floor the least token that is admitted; 0 for any, which frees the memory of the lock
     * @throws IllegalArgumentException if the floor is negative
     * @throws IllegalStateException if this thread is inside a write of the lock; nothing is forgotten
     */
    public void reset(String lock, long floor) {
        LockNames.check(lock);
        if (floor < 0) {
            throw new IllegalArgumentException("floor: must be at least 0, but got " + floor);
        }
        boolean done = false;
        while (!done) {
            Seen known = floor == 0 ? seen.get(lock) : seen(lock);
            done = known == null || reset(lock, known, floor);
        }
    }

    private boolean reset(String lock, Seen known, long floor) {
        if (known.writers.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "lock '" + lock + "': reset inside of a write of this lock; reset after it has ended");
        }
        known.writers.lock();
        try {
            if (known.get() == FORGOTTEN) {
                return false;
            }
            known.set(floor == 0 ? FORGOTTEN : floor);
            if (floor == 0) {
                forget(lock, known);
            }
            return true;
        } finally {
            known.writers.unlock();
        }
    }

    /** Counted as in {@link #remember}: whoever finds the lock gone finds its place free. */
    private void forget(String lock, Seen known) {
        seen.computeIfPresent(lock, (name, current) -> {
            if (current != known) {
                return current;
            }
            locks.decrementAndGet();
            return null;
        });
    }

    /** Keeps other writers of the lock out, and admits the token; whoever called lets them in again. */
    private Seen enter(FencingToken token) {
        Objects.requireNonNull(token, "token");
        while (true) {
            Seen newest = seen(token.lock());
            newest.writers.lock();
            boolean admitted = false;
            try {
                beginOrNest(newest, token);
                admitted = admits(newest, token);
            } finally {
                if (!admitted) {
                    newest.writers.unlock();
                }
            }
            if (admitted) {
                return newest;
            }
        }
    }

    /** Called by who has the writers' lock: notes the outermost write, and refuses a newer one inside of it. */
    private static void beginOrNest(Seen newest, FencingToken token) {
        boolean nested = newest.writers.getHoldCount() > 1;
        if (nested && newest.writing < token.value()) {
            throw new IllegalStateException("lock '" + token.lock() + "': a write with token " + token.value()
                    + " inside of one with token " + newest.writing
                    + ", the rest of which would then be late; begin it when that one has ended");
        }
        if (!nested) {
            newest.writing = token.value();
        }
    }

    /** False if the lock was forgotten meanwhile, and has to be looked up again. */
    private static boolean admits(Seen newest, FencingToken token) {
        long value = token.value();
        long last = newest.get();
        // Nothing is written for a token that is known: so the many checks of one holder do not take the cache line
        // from another.
        while (last != value) {
            if (last == FORGOTTEN) {
                return false;
            }
            if (last > value) {
                throw new StaleTokenException(token, last);
            }
            last = newest.compareAndSet(last, value) ? value : newest.get();
        }
        return true;
    }

    private Seen seen(String lock) {
        Seen known = seen.get(lock);
        return known != null ? known : remember(lock);
    }

    private Seen remember(String lock) {
        LockNames.check(lock);
        // Counted while the map keeps others off this lock, so that two first tokens of it take one place.
        return seen.computeIfAbsent(lock, name -> {
            if (locks.getAndUpdate(count -> Math.min(count + 1, mostLocks)) == mostLocks) {
                throw new IllegalStateException("lock '" + name + "': this guard remembers " + mostLocks
                        + " locks and none more; make it for more, or reset locks that are used no longer to 0");
            }
            return new Seen();
        });
    }
}
