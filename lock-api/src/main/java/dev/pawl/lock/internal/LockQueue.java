package dev.pawl.lock.internal;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.TokenBlock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that one client does about one name: its waiters in order of arrival, the one contender that speaks to the
 * service for all of them, and the lease that is out.
 *
 * <pre>
 *               first waiter                    granted
 *    nothing ───────────────▶ contending ───────────────────▶ leased ──┐ released, a waiter may have it: hand-off
 *       ▲ ▲                    │      ▲                        │ │ ▲   │
 *       │ └────────────────────┘      │ released or lost,      │ │ └───┘
 *       │  last waiter gone: leave    └────── others wait ─────┘ │
 *       └──────────────── released or lost, nobody waits ────────┘
 * </pre>
 *
 * <p>It is an actor: all that happens is an event of its {@link Mailbox}. So the state needs no lock, nothing is held while the
 * backend or a listener is called, and requests for a name leave in the order of its events. A queue with nothing in it retires
 * and leaves the engine's map; who comes too late finds a new one.
 */
final class LockQueue implements Mailbox.Owner {

    private static final Logger LOG = LoggerFactory.getLogger(LockQueue.class);
    private static final int MOST_DEAD_GRANTS = 3;

    private final String name;
    private final Engine engine;
    private final Mailbox mailbox;

    // Touched by events only, but for the volatile ones.
    private final WaitingLine waiters = new WaitingLine();
    private @Nullable Candidacy candidacy;
    private @Nullable HeldLease lease;

    /** The last thing that was taken back from the service; requests of one name are answered in order. */
    private volatile CompletableFuture<Void> undoing = CompletableFuture.completedFuture(null);

    /** How many grants in a row were dead on arrival. */
    private int deadGrants;

    /** Whether a request that will not wait has anything to ask; read from outside as a hint. */
    private volatile boolean occupied;

    LockQueue(String name, Engine engine) {
        this.name = name;
        this.engine = engine;
        this.mailbox = new Mailbox(this, engine.environment().io());
    }

    String name() {
        return name;
    }

    boolean isOccupied() {
        return occupied;
    }

    // --- the owner of its mailbox ------------------------------------------------------------------------------

    @Override
    public boolean isIdle() {
        return waiters.isEmpty() && lease == null && candidacy == null;
    }

    @Override
    public void retired() {
        engine.retire(this);
    }

    @Override
    public void broken(Throwable failure) {
        LOG.error("lock '{}': the engine or the backend broke its contract", name, failure);
        failed(failure);
    }

    // --- what others ask ---------------------------------------------------------------------------------------

    /** A new request; false if this queue has retired. */
    boolean join(Waiter waiter) {
        if (waiter.isOwnThread(Thread.currentThread()) && mailbox.isWorker()) {
            throw new IllegalStateException("lock '" + name + "': a listener of this lock cannot wait for it");
        }
        return mailbox.post(() -> joined(waiter));
    }

    /** The request's time is over. */
    void overdue(Waiter waiter) {
        mailbox.post(() -> endOverdue(waiter));
    }

    /**
     * The caller has gone.
     *
     * @return completes when nothing of the request is left at the service
     */
    CompletableFuture<Void> withdraw(Waiter waiter) {
        CompletableFuture<Void> undone = new CompletableFuture<>();
        if (waiter.end(Waiter.End.WITHDRAWN)) {
            if (!mailbox.post(() -> remove(waiter, undone))) {
                completeAfterUndoing(undone);
            }
        } else if (waiter.outcome() instanceof HeldLease unwanted) {
            unwanted.releaseAsync().whenComplete((nothing, failure) -> undone.complete(null));
        } else {
            undone.complete(null);
        }
        return undone;
    }

    /**
     * The holder has closed its lease.
     *
     * @param waiting the thread that stands still until it is done, or null
     * @param done completed when the hold was handed on or the service has confirmed its release
     */
    void release(HeldLease released, @Nullable Thread waiting, CompletableFuture<Void> done) {
        if (!mailbox.post(() -> released(released, waiting, done))) {
            // The hold was lost in between, and with it went the last that this queue was for.
            completeAfterUndoing(done);
        }
    }

    /** The hold has ended without its holder. */
    void lost(Hold hold, LossReason reason) {
        mailbox.post(() -> holdLost(hold, reason));
    }

    /** The answer to {@link Hold#extendInTime}. */
    void extended(Hold hold, long askedAt, TokenBlock more) {
        mailbox.post(() -> hold.extended(more, askedAt));
    }

    /**
     * The client is closing.
     *
     * @return completes when what was held or asked for is on its way back, and as far as is known has arrived
     */
    CompletableFuture<Void> close() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        boolean posted = mailbox.post(() -> {
            closed();
            completeAfterUndoing(done);
        });
        if (!posted) {
            done.complete(null);
        }
        return done;
    }

    // --- waiters -----------------------------------------------------------------------------------------------

    private void joined(Waiter waiter) {
        if (engine.isClosed()) {
            waiter.end(Waiter.End.CLOSED);
        } else if (!waiter.isPatient() && occupied) {
            waiter.end(Waiter.End.CONTENDED);
        } else if (waiter.isWaiting()) {
            waiters.add(waiter);
            updateOccupied();
            contend();
        }
        updateOccupied();
    }

    /**
     * The first request waits for the answer to the attempt that is under way: it is one bounded exchange, and may be a grant. So
     * do the others while nobody has heard anything of the service: it may be a fault, which is not the same as contention.
     */
    private void endOverdue(Waiter waiter) {
        if (!waiters.contains(waiter)) {
            return;
        }
        waiter.overdue();
        Candidacy current = candidacy;
        boolean answerMatters = waiter == waiters.first() || (current != null && !current.wasAnswered());
        if (current == null || !current.isAttempting() || !answerMatters) {
            giveUp(waiter);
        }
    }

    private void giveUp(Waiter waiter) {
        CompletableFuture<Void> undone = new CompletableFuture<>();
        waiter.undoneWith(undone);
        remove(waiter, undone);
        waiter.end(Waiter.End.CONTENDED);
    }

    private void remove(Waiter waiter, CompletableFuture<Void> undone) {
        boolean wasFirst = waiter == waiters.first();
        waiters.remove(waiter);
        updateOccupied();
        if (waiters.isEmpty()) {
            leave(executorFor(waiter));
        } else if (wasFirst) {
            contend();
        }
        completeAfterUndoing(undone);
    }

    private void completeAfterUndoing(CompletableFuture<Void> done) {
        undoing.whenComplete((nothing, failure) -> done.complete(null));
    }

    private void updateOccupied() {
        occupied = lease != null || !waiters.isEmpty();
    }

    /** Where a blocking client library may run: here, if the thread that works for the caller is the caller's own. */
    private Executor executorFor(Waiter waiter) {
        return here(waiter.isOwnThread(Thread.currentThread()));
    }

    /** Not on a thread that is interrupted: client libraries give up on it, and what is under way must not end by that. */
    private Executor here(boolean standsStill) {
        boolean own = standsStill && !Thread.currentThread().isInterrupted();
        return own ? Runnable::run : engine.environment().io();
    }

    // --- contending --------------------------------------------------------------------------------------------

    /** Sees to it that the first waiter's request is put to the service. */
    private void contend() {
        Waiter head = waiters.first();
        if (head == null || lease != null) {
            return;
        }
        Candidacy current = candidacy;
        if (current != null && !current.serves(head.options())) {
            leave(executorFor(head));
            current = null;
        }
        if (current == null) {
            current = enter(head);
        }
        if (current != null && current.isFresh()) {
            look(current, head);
        }
    }

    private @Nullable Candidacy enter(Waiter head) {
        try {
            candidacy = new Candidacy(this, engine, head.options());
        } catch (Throwable e) {
            failed(e);
        }
        return candidacy;
    }

    private void look(Candidacy current, Waiter head) {
        current.attempt(waiters.anyCanWait(), waiters.isMoreThanOne(), executorFor(head));
    }

    /** Something may have changed at the service. */
    void wake(Candidacy woken) {
        mailbox.post(() -> {
            Waiter head = waiters.first();
            if (candidacy == woken && head != null && woken.woken()) {
                look(woken, head);
            }
        });
    }

    /** The answer to an attempt. Of a candidacy that was given up it means nothing: leaving has undone it. */
    void answered(Candidacy asked, @Nullable Attempt answer, @Nullable Throwable failure) {
        mailbox.post(() -> {
            if (candidacy != asked) {
                return;
            }
            if (answer instanceof Attempt.Granted granted) {
                Hold hold = asked.hold(granted.grant());
                candidacy = null;
                granted(hold);
            } else if (answer instanceof Attempt.Busy busy) {
                busy(asked, busy.retryAfter());
            } else {
                failed(Causes.of(failure, "the backend gave no answer"));
            }
        });
    }

    /** A hold that was won together with others; completes with null if there is no place for it. False if this has retired. */
    boolean adopt(GroupContest won, Grant grant, long sentAt, CompletableFuture<@Nullable HeldLease> adopted) {
        return mailbox.post(() -> {
            won.enter(this);
            Hold hold = new Hold(engine.environment().ticker(), grant, won.options(), this, sentAt);
            adopted.complete(adopt(hold) ? lease : null);
        });
    }

    /** Who began to contend meanwhile finds it held, and begins again after it. */
    private boolean adopt(Hold hold) {
        if (engine.isClosed() || lease != null || !hold.isCurrent()) {
            giveBack(hold, null);
            return false;
        }
        leave(engine.environment().io());
        HeldLease won = new HeldLease(hold, engine);
        lease = won;
        updateOccupied();
        engine.renewer().watch(hold);
        engine.observers().acquired(won.token(), 0);
        return true;
    }

    private void granted(Hold hold) {
        if (!hold.isCurrent()) {
            deadOnArrival(hold);
            return;
        }
        deadGrants = 0;
        engine.renewer().watch(hold);
        if (leaseToNext(hold)) {
            waiters.impatient().forEach(this::giveUp);
        } else {
            engine.renewer().unwatch(hold);
            giveBack(hold, null);
            contend();
        }
    }

    /** The process may have stood still: those who can wait ask again, but not for ever. */
    private void deadOnArrival(Hold hold) {
        giveBack(hold, null);
        deadGrants++;
        boolean hopeless = deadGrants >= MOST_DEAD_GRANTS;
        Throwable tooLate =
                new IllegalStateException("the answer came only after the lease that it granted had run out");
        endAll(waiter -> hopeless || waiter.isImpatient(), new Waiter.Failed(tooLate));
        contend();
    }

    private void busy(Candidacy asked, Duration retryAfter) {
        waiters.impatient().forEach(this::giveUp);
        Waiter head = waiters.first();
        if (candidacy == asked && head != null && asked.rest(retryAfter)) {
            look(asked, head);
        }
    }

    /** A service that cannot be asked cannot be asked by the others in the queue either: all learn it now, none waits in vain. */
    private void failed(Throwable cause) {
        leave(engine.environment().io());
        endAll(waiter -> true, new Waiter.Failed(cause));
    }

    private void endAll(Predicate<Waiter> which, Waiter.Outcome how) {
        List<Waiter> ended = waiters.take(which);
        updateOccupied();
        ended.forEach(waiter -> waiter.end(how));
    }

    private void leave(Executor blocking) {
        Candidacy left = candidacy;
        if (left != null) {
            candidacy = null;
            undoing = left.leave(blocking);
        }
    }

    // --- leased ------------------------------------------------------------------------------------------------

    /** Gives a lease on the hold to the first waiter that is still there; false if there is none. */
    private boolean leaseToNext(Hold hold) {
        HeldLease next = new HeldLease(hold, engine);
        lease = next;
        occupied = true;
        for (Waiter waiter = waiters.first();
                waiter != null && hold.serves(waiter.options());
                waiter = waiters.first()) {
            waiters.remove(waiter);
            if (waiter.endSilently(next)) {
                mailbox.afterwards(waiter);
                engine.observers().acquired(next.token(), engine.now() - waiter.since());
                return true;
            }
        }
        lease = null;
        updateOccupied();
        return false;
    }

    private void released(HeldLease released, @Nullable Thread waiting, CompletableFuture<Void> done) {
        engine.observers().released(released.token(), released.heldFor());
        if (lease != released) {
            completeAfterUndoing(done);
            return;
        }
        lease = null;
        Hold hold = released.hold();
        Waiter next = waiters.first();
        if (next != null && hold.serves(next.options()) && hold.mayPassOn()) {
            hold.passOn();
            hold.extendInTime(engine.backend(), engine.environment().io());
            if (leaseToNext(hold)) {
                HeldLease passed = lease;
                engine.observers().handOff(released.token(), passed == null ? released.token() : passed.token());
                done.complete(null);
                return;
            }
        }
        updateOccupied();
        engine.renewer().unwatch(hold);
        giveBack(hold, waiting).whenComplete((nothing, failure) -> complete(done, failure));
        contend();
    }

    private static void complete(CompletableFuture<Void> done, @Nullable Throwable failure) {
        if (failure == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(failure);
        }
    }

    private void holdLost(Hold hold, LossReason reason) {
        HeldLease held = lease;
        if (held == null || held.hold() != hold) {
            return;
        }
        held.lose(reason);
        lease = null;
        updateOccupied();
        engine.renewer().unwatch(hold);
        // Whatever the reason: a request of ours that the client library sends again could win once more.
        giveBack(hold, null);
        contend();
    }

    private CompletableFuture<Void> giveBack(Hold hold, @Nullable Thread waiting) {
        Grant grant = hold.grant();
        Executor first = here(waiting == Thread.currentThread());
        undoing = engine.undoer()
                .undo(name, hold.serviceKeepsFor(), where -> engine.backend().release(grant, where), first);
        return undoing;
    }

    private void closed() {
        endAll(waiter -> true, Waiter.End.CLOSED);
        leave(engine.environment().io());
        HeldLease held = lease;
        if (held != null) {
            holdLost(held.hold(), LossReason.CLIENT_CLOSED);
        }
    }

    /** The service says that it took the hold away. */
    void taken(Contest won, LossReason reason) {
        mailbox.post(() -> {
            HeldLease held = lease;
            if (held != null && held.hold().grant().contest() == won) {
                holdLost(held.hold(), reason);
            } else if (candidacy == won) {
                Waiter head = waiters.first();
                leave(engine.environment().io());
                if (head != null) {
                    contend();
                }
            }
        });
    }
}
