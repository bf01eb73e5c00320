package dev.pawl.lock.internal;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs a few actors over and over, all from the same moment on, as jcstress does. */
final class Race {

    /** What one thread does in one round; it may throw what it likes. */
    interface Actor {
        void run(int round) throws Exception;
    }

    /** What one actor leaves for another. */
    static final class Slot<T> {
        private volatile @Nullable T value;

        void set(T left) {
            value = left;
        }

        boolean isSet() {
            return value != null;
        }

        T get() {
            return Objects.requireNonNull(value);
        }
    }

    private final Actor[] actors;
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private Race(Actor... actors) {
        this.actors = actors;
    }

    /**
     * Runs the rounds: {@code before}, then all actors at once, then {@code after}.
     */
    static void run(int rounds, Actor before, Actor after, Actor... actors) throws Exception {
        new Race(actors).run(rounds, before, after);
    }

    private void run(int rounds, Actor before, Actor after) throws Exception {
        for (Actor actor : actors) {
            Thread thread = new Thread(() -> act(rounds, actor), "racer");
            thread.setDaemon(true);
            thread.start();
        }
        for (int round = 1; round <= rounds; round++) {
            before.run(round);
            int all = round * actors.length;
            started.set(round);
            until(() -> finished.get() == all || failure.get() != null, "the actors of round " + round + " to end");
            Throwable thrown = failure.get();
            if (thrown != null) {
                throw new AssertionError("round " + round, thrown);
            }
            after.run(round);
        }
    }

    private void act(int rounds, Actor actor) {
        for (int round = 1; round <= rounds; round++) {
            int mine = round;
            until(() -> started.get() >= mine, "round " + round);
            try {
                actor.run(round);
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
                return;
            }
            finished.incrementAndGet();
        }
    }

    /** Waits for what comes in microseconds, most times; a park would take longer than what is waited for. */
    @SuppressWarnings("ThreadPriorityCheck")
    static void until(BooleanSupplier condition, String what) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        for (int i = 0; !condition.getAsBoolean(); i++) {
            if (i > 2_000) {
                Thread.yield();
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited in vain for " + what);
            }
            Thread.onSpinWait();
        }
    }
}
