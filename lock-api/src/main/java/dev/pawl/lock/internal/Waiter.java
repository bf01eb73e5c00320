package dev.pawl.lock.internal;

import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockRequest;
import dev.pawl.lock.WaitOutcome;
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
abstract class Waiter implements Observers.Teller {

    /** How often a caller looks whether it was forgotten: an error may have kept the queue from telling it. */
    static final long LOOK = 1_000_000_000L;

    /** The longest that a request waits for an answer that a backend is bound to give, when its own time is over. */
    static final long ANSWER_WAIT = 30_000_000_000L;

    /** The longest that it waits for a queue that does not even hear that its time is over. */
    static final long QUEUE_WAIT = 5_000_000_000L;

    /** How a request ended. */
    sealed interface Outcome permits HeldLease, Contended, End, Failed {}

    /**
     * Others have the lock, or stand before us, and the time is over.
     *
     * @param by who has it, as far as anybody has told; null if nobody has
     */
    record Contended(@Nullable LockInfo by) implements Outcome {

        private static final Contended BY_NOBODY_KNOWN = new Contended(null);

        static Contended by(@Nullable LockInfo holder) {
            return holder == null ? BY_NOBODY_KNOWN : new Contended(holder);
        }

        /** Null if the request ended in another way, too. */
        static @Nullable LockInfo by(Outcome outcome) {
            return outcome instanceof Contended contended ? contended.by() : null;
        }
    }

    /** The ends that need no more words. */
    enum End implements Outcome {
        /** The caller has gone. */
        WITHDRAWN,
        /** The client was closed. */
        CLOSED
    }

    /** The backend could not be asked, or refused. */
    record Failed(Throwable cause) implements Outcome {}

    private final LockOptions options;
    private final boolean patient;
    private final Thread thread = Thread.currentThread();
    private final long since;
    private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();

    private volatile @Nullable LockRequest request;

    /** Completed when the service has confirmed that the request is undone; null while there is nothing to undo. */
    private volatile @Nullable CompletableFuture<Void> undone;

    /** Its time is over; set by the queue only. */
    private volatile boolean overdue;

    /**
     * @param patient false for a request that makes one attempt and does not wait
     * @param since when it was made, by the engine's clock
     */
    Waiter(LockOptions options, boolean patient, long since) {
        this.options = options;
        this.patient = patient;
        this.since = since;
    }

    /** As what listeners know it; null while none was told of it. */
    @Nullable
    LockRequest request() {
        return request;
    }

    void toldAs(LockRequest told) {
        request = told;
    }

    /** Which thread made it. */
    Thread thread() {
        return thread;
    }

    /** What to call it when its caller goes before its end. */
    abstract WaitOutcome withdrawn();

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

    /**
     * Ends a request whose time has been over for long.
     *
     * @param over for how long, in nanoseconds
     */
    void giveUpAfter(long over) {
        if (over > (overdue ? ANSWER_WAIT : QUEUE_WAIT)) {
            String silent =
                    overdue ? "the backend has not answered" : "this client's queue of the lock has stood still";
            end(new Failed(new IllegalStateException(
                    silent + " for " + over / 1_000_000 + " ms after the time of the request was over")));
        }
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
