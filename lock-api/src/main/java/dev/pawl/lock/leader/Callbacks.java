package dev.pawl.lock.leader;

import dev.pawl.lock.LockInfo;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The user's code of one election: which threads run it, and that none of it begins once the election has fallen silent. */
final class Callbacks {

    private static final int SILENT = Integer.MIN_VALUE;

    private static final Logger LOG = LoggerFactory.getLogger("dev.pawl.lock.leader");

    private final String name;
    private final @Nullable LeaderBody onElected;
    private final @Nullable Consumer<LeadershipEnd> onRevoked;
    private final @Nullable Consumer<Optional<LockInfo>> onLeaderChanged;
    private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);
    private final AtomicInteger offices = new AtomicInteger();

    /** How many callbacks run; with {@link #SILENT} once none may begin any more. */
    private final AtomicInteger running = new AtomicInteger();

    Callbacks(
            String name,
            @Nullable LeaderBody onElected,
            @Nullable Consumer<LeadershipEnd> onRevoked,
            @Nullable Consumer<Optional<LockInfo>> onLeaderChanged) {
        this.name = name;
        this.onElected = onElected;
        this.onRevoked = onRevoked;
        this.onLeaderChanged = onLeaderChanged;
    }

    boolean tellsOfOthers() {
        return onLeaderChanged != null;
    }

    /** Makes a thread that runs the user's code. */
    Thread thread(String what, Runnable task) {
        Thread thread = new Thread(
                () -> {
                    inside.set(true);
                    task.run();
                },
                "pawl-leader-" + name + "-" + what);
        thread.setDaemon(true);
        return thread;
    }

    Thread officeThread(Runnable task) {
        return thread("office-" + offices.incrementAndGet(), task);
    }

    /** Whether the calling thread runs a callback of this election, which must not wait for itself. */
    boolean isOurs() {
        return inside.get();
    }

    /** No callback begins from now on. */
    void fallSilent() {
        running.accumulateAndGet(SILENT, (count, silent) -> count | silent);
    }

    /** Whether no callback runs. */
    boolean areOver() {
        return (running.get() & ~SILENT) == 0;
    }

    private boolean begins() {
        int count = running.get();
        while (count >= 0 && !running.compareAndSet(count, count + 1)) {
            count = running.get();
        }
        return count >= 0;
    }

    /** Runs the leader's body; what it throws is thrown. */
    void elected(Leadership leadership) throws Exception {
        if (onElected != null && begins()) {
            try {
                onElected.lead(leadership);
            } finally {
                running.decrementAndGet();
            }
        }
    }

    void revoked(LeadershipEnd end) {
        if (onRevoked != null) {
            guarded("onRevoked", () -> onRevoked.accept(end));
        }
    }

    void leaderChanged(Optional<LockInfo> leader) {
        if (onLeaderChanged != null) {
            guarded("onLeaderChanged", () -> onLeaderChanged.accept(leader));
        }
    }

    /** Runs what is told of a loss, on whatever thread tells it. */
    void lost(Runnable action) {
        boolean before = inside.get();
        inside.set(true);
        try {
            guarded("onLost", action);
        } finally {
            inside.set(before);
        }
    }

    private void guarded(String what, Runnable action) {
        if (begins()) {
            try {
                action.run();
            } catch (Throwable e) {
                say(() -> LOG.warn("election '{}': {} threw an exception", name, what, e));
            } finally {
                running.decrementAndGet();
            }
        }
    }

    /** Writes a log entry. Where there is no room for one, there is none for anything else, and the election goes on all the same. */
    static void say(Runnable entry) {
        try {
            entry.run();
        } catch (Throwable e) {
            return;
        }
    }
}
