package dev.pawl.lock.internal;

import dev.pawl.lock.LockOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** A request whose caller stands still until it ends. */
final class BlockingWaiter extends Waiter {

    /** How long a caller that gives up waits to see its request undone. */
    private static final long UNDO_WAIT = 1_000_000_000L;

    private final Thread thread = Thread.currentThread();
    private final long start = System.nanoTime();

    BlockingWaiter(LockOptions options, boolean patient, long since) {
        super(options, patient, since);
    }

    @Override
    void signal() {
        LockSupport.unpark(thread);
    }

    @Override
    boolean isOwnThread(Thread other) {
        return thread == other;
    }

    /**
     * Waits for the end. An overdue request is reported to the queue once; the queue ends it, at once or with the answer to the
     * attempt that is under way.
     *
     * @param timeoutNanos when the request is overdue; {@link Long#MAX_VALUE} for never
     */
    Outcome await(LockQueue queue, long timeoutNanos) throws InterruptedException {
        boolean timed = timeoutNanos != Long.MAX_VALUE;
        while (true) {
            // First: the attempt may have run on this thread, and been interrupted in it. Then its outcome is undone.
            if (Thread.interrupted()) {
                withdraw(queue);
                throw new InterruptedException();
            }
            Outcome outcome = outcome();
            if (outcome != null) {
                return ended(outcome);
            }
            if (!timed) {
                LockSupport.park(this);
            } else {
                long left = timeoutNanos - (System.nanoTime() - start);
                if (left > 0) {
                    LockSupport.parkNanos(this, left);
                } else {
                    timed = false;
                    queue.overdue(this);
                }
            }
        }
    }

    /** Waits for the end through interrupts, and restores the thread's interrupt status. */
    Outcome awaitUninterruptibly() {
        boolean interrupted = false;
        Outcome outcome = outcome();
        while (outcome == null) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
            outcome = outcome();
        }
        if (interrupted) {
            thread.interrupt();
        }
        return ended(outcome);
    }

    private Outcome ended(Outcome outcome) {
        CompletableFuture<Void> undo = undone();
        if (undo != null && outcome == End.CONTENDED) {
            Waits.quietly(undo, UNDO_WAIT);
        }
        return outcome;
    }

    private void withdraw(LockQueue queue) {
        CompletableFuture<Void> undo = queue.withdraw(this);
        Waits.quietly(undo, UNDO_WAIT);
    }
}
