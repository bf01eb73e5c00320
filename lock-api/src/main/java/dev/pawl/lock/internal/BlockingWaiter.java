package dev.pawl.lock.internal;

import dev.pawl.lock.LockOptions;
import dev.pawl.lock.WaitOutcome;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** A request whose caller stands still until it ends. */
final class BlockingWaiter extends Waiter {

    /** How long a caller that gives up waits to see its request undone. */
    private static final long UNDO_WAIT = 1_000_000_000L;

    /** How often a caller looks whose time is not over. */
    private static final long SELDOM = 10 * LOOK;

    private final long start = System.nanoTime();
    private volatile boolean left;

    BlockingWaiter(LockOptions options, boolean patient, long since) {
        super(options, patient, since);
    }

    @Override
    void signal() {
        LockSupport.unpark(thread());
    }

    @Override
    public boolean willTell() {
        return !left;
    }

    @Override
    WaitOutcome withdrawn() {
        return WaitOutcome.INTERRUPTED;
    }

    /** The caller goes its way, and tells what there is to tell after this. */
    void leave() {
        left = true;
    }

    @Override
    boolean isOwnThread(Thread other) {
        return thread() == other;
    }

    /**
     * Waits for the end. An overdue request is reported to the queue; the queue ends it, at once or with the answer to the
     * attempt that is under way. If it does not, the request ends itself.
     *
     * @param timeoutNanos when the request is overdue; {@link Long#MAX_VALUE} for never
     */
    Outcome await(LockQueue queue, long timeoutNanos) throws InterruptedException {
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
            standStill(queue, timeoutNanos);
        }
    }

    /** Waits for the end through interrupts, and restores the thread's interrupt status. */
    Outcome awaitUninterruptibly(LockQueue queue) {
        boolean interrupted = false;
        Outcome outcome = outcome();
        while (outcome == null) {
            standStill(queue, Long.MAX_VALUE);
            interrupted |= Thread.interrupted();
            outcome = outcome();
        }
        if (interrupted) {
            thread().interrupt();
        }
        return ended(outcome);
    }

    /** Sleeps a while; and looks after the queue first, if it has slept before. */
    private void standStill(LockQueue queue, long timeoutNanos) {
        long waited = System.nanoTime() - start;
        long limit = isPatient() ? timeoutNanos : 0;
        long left = limit - waited;
        if (left <= 0 && (isPatient() || waited > LOOK)) {
            giveUpAfter(-left);
            queue.overdue(this);
        } else if (waited > LOOK) {
            queue.goOn();
        }
        if (isWaiting()) {
            LockSupport.parkNanos(this, left > 0 ? Math.min(left, SELDOM) : LOOK);
        }
    }

    private Outcome ended(Outcome outcome) {
        CompletableFuture<Void> undo = undone();
        if (undo != null && outcome instanceof Contended) {
            Waits.quietly(undo, UNDO_WAIT);
        }
        return outcome;
    }

    private void withdraw(LockQueue queue) {
        CompletableFuture<Void> undo = queue.withdraw(this);
        Waits.quietly(undo, UNDO_WAIT);
    }
}
