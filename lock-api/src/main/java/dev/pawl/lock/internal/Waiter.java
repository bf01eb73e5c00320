package dev.pawl.lock.internal;

import dev.pawl.lock.LockOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One request for a lock, in the queue of its name. It ends once, by whoever comes first: the queue (a lease, contention, a
 * failure) or the caller (withdrawn).
 *
 * <pre>
 *              ┌──▶ leased | contended | failed | closed     by the queue
 *   waiting ───┤
 *              └──▶ withdrawn                                by the caller: interrupt, cancel
 * </pre>
 */
abstract class Waiter {

    /** How a request ended. */
    sealed interface Outcome permits HeldLease, End, Failed {}

    /** The ends that need no more words. */
    enum End implements Outcome {
        /** Others have the lock, or stand before us, and the time is over. */
        CONTENDED,
        /** The caller has gone. */
        WITHDRAWN,
        /** The client was closed. */
        CLOSED
    }

    /** The backend could not be asked, or refused. */
    record Failed(Throwable cause) implements Outcome {}

    private final LockOptions options;
    private final boolean patient;
    private final long since;
    private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();

    /** Completed when the service has confirmed that the request is undone; null while there is nothing to undo. */
    private volatile @Nullable CompletableFuture<Void> undone;

    /** Its time is over; touched by the queue only. */
    private boolean overdue;

    /**
     * @param patient false for a request that makes one attempt and does not wait
     * @param since when it was made, by the engine's clock
     */
    Waiter(LockOptions options, boolean patient, long since) {
        this.options = options;
        this.patient = patient;
        this.since = since;
    }

    LockOptions options() {
        return options;
    }

    boolean isPatient() {
        return patient;
    }

    long since() {
        return since;
    }

    @Nullable
    Outcome outcome() {
        return outcome.get();
    }

    boolean isWaiting() {
        return outcome.get() == null;
    }

    /** Ends the request if it has not ended; true if this call did. */
    boolean end(Outcome how) {
        boolean ended = endSilently(how);
        if (ended) {
            signal();
        }
        return ended;
    }

    /** As {@link #end}, but {@link #signal()} is left to the caller. */
    boolean endSilently(Outcome how) {
        return outcome.compareAndSet(null, how);
    }

    /** Tells the caller that the request has ended. Quick, and calls no user code on this thread. */
    abstract void signal();

    /** Whether the caller stands still on this thread, so that blocking it costs nobody else. */
    abstract boolean isOwnThread(Thread thread);

    void overdue() {
        overdue = true;
    }

    /** Whether it wants the answer to the attempt that is under way, and no more. */
    boolean isImpatient() {
        return !patient || overdue;
    }

    void undoneWith(CompletableFuture<Void> undo) {
        undone = undo;
    }

    @Nullable
    CompletableFuture<Void> undone() {
        return undone;
    }
}
