package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one node may have of attempts that are over, and has not confirmed to have given up. It is asked again in the background, until
 * it answers or must have forgotten.
 *
 * <p>One list and one timer for all of them: a node that hangs leaves something of each attempt that there is. As long as it does not
 * answer, one request at a time finds out whether it does again; then the rest follows, in batches that double. Safe for use by
 * several threads.
 */
final class Leftovers {

    /** Of what is more, the node keeps what it grants until the lease is over: it is one node, and nobody waits for it. */
    static final int MOST = 50_000;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final int LARGEST_BATCH = 1_024;

    private final Node node;
    private final Ticker ticker;
    private final Timer timer;
    private final ReentrantLock mutex = new ReentrantLock();

    // Under the mutex.
    private final Queue<Leftover> left = new ArrayDeque<>();
    private boolean underWay;
    private boolean anyFailed;
    private int batch = 1;
    private long pause = FIRST_PAUSE.toNanos();

    /** When the node was silent last: what it was asked before, it may do whenever it goes on, so its time has not begun. */
    private long silentAt;

    private record Leftover(QuorumAttempt attempt, ReleaseKind kind, long since) {}

    Leftovers(Node node, Ticker ticker, Timer timer) {
        this.node = node;
        this.ticker = ticker;
        this.timer = timer;
        silentAt = ticker.nanos();
    }

    void add(QuorumAttempt attempt, ReleaseKind kind) {
        boolean isFirst;
        mutex.lock();
        try {
            if (left.size() >= MOST) {
                return;
            }
            left.add(new Leftover(attempt, kind, ticker.nanos()));
            isFirst = !underWay;
            underWay = true;
        } finally {
            mutex.unlock();
        }
        if (isFirst) {
            askAfter(FIRST_PAUSE.toNanos());
        }
    }

    /** Without a timer nobody is on the way: the next one that is added tries again. */
    private void askAfter(long wait) {
        try {
            timer.after(wait, this::ask);
        } catch (Throwable e) {
            mutex.lock();
            try {
                underWay = false;
            } finally {
                mutex.unlock();
            }
        }
    }

    int size() {
        mutex.lock();
        try {
            return left.size();
        } finally {
            mutex.unlock();
        }
    }

    private void ask() {
        List<Leftover> next = next();
        if (next.isEmpty()) {
            return;
        }
        CompletableFuture<Void> all;
        try {
            all = CompletableFuture.allOf(next.stream().map(this::giveUp).toArray(CompletableFuture<?>[]::new));
        } catch (Throwable e) {
            // Those that were asked are asked again, which harms nobody.
            next.forEach(it -> failed(it, true));
            askAgain();
            return;
        }
        all.thenRun(this::askAgain);
    }

    private List<Leftover> next() {
        List<Leftover> next = new ArrayList<>();
        mutex.lock();
        try {
            long now = ticker.nanos();
            Leftover first = left.poll();
            while (first != null) {
                if (!mustBeForgotten(first, now)) {
                    next.add(first);
                }
                first = next.size() < batch ? left.poll() : null;
            }
            anyFailed = false;
            underWay = !next.isEmpty();
            if (!underWay) {
                batch = 1;
                pause = FIRST_PAUSE.toNanos();
            }
        } finally {
            mutex.unlock();
        }
        return next;
    }

    private boolean mustBeForgotten(Leftover it, long now) {
        long since = silentAt - it.since > 0 ? silentAt : it.since;
        return now - since >= it.attempt.keptFor(it.kind).toNanos();
    }

    private CompletableFuture<Void> giveUp(Leftover it) {
        return node.release(it.attempt, it.kind)
                .<Void>handle((had, fault) -> {
                    if (fault != null) {
                        // A connection that was given up may have left requests with a node that stands still.
                        failed(it, NodeFault.mayAct(fault) || NodeFault.isNotAsked(fault));
                    }
                    return null;
                })
                .toCompletableFuture();
    }

    private void failed(Leftover it, boolean mayAct) {
        mutex.lock();
        try {
            anyFailed = true;
            if (mayAct) {
                silentAt = ticker.nanos();
            }
            // Behind the others: a node that refuses this one need not refuse them.
            left.add(it);
        } finally {
            mutex.unlock();
        }
    }

    private void askAgain() {
        long wait = 0;
        mutex.lock();
        try {
            if (anyFailed) {
                batch = 1;
                pause = Math.min(2 * pause, LONGEST_PAUSE.toNanos());
                wait = pause;
            } else {
                batch = Math.min(2 * batch, LARGEST_BATCH);
            }
        } finally {
            mutex.unlock();
        }
        askAfter(wait);
    }
}
