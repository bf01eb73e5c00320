package dev.pawl.lock.internal;

import dev.pawl.lock.HeldLock;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.TokenBlock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that one client does about one lock: its waiters in order of arrival, the one contender that speaks to the
 * service for all of them, and the lease that is out. A request for permits of a semaphore has such a queue for itself.
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
    private static final long PAUSE = 10_000_000;

    private final String name;
    private final Claim claim;
    private final Engine engine;
    private final Mailbox mailbox;

    // Touched by events only, but for the volatile ones.
    private final WaitingRequests waiters = new WaitingRequests();
    private @Nullable Candidacy candidacy;
    private @Nullable HeldLease lease;

    /** Null until a holder asks for one. */
    private @Nullable HolderRenewals renewals;

    /** The last thing that was taken back from the service; requests of one name are answered in order. */
    private volatile CompletableFuture<?> undoing = CompletableFuture.completedFuture(null);

    /** How many grants in a row were dead on arrival. */
    private int deadGrants;

    /** How many wait; read from outside after {@link #occupied}. */
    private int waiting;

    /** Whether a request that will not wait has anything to ask; read from outside as a hint. */
    private volatile boolean occupied;

    LockQueue(String name, Claim claim, Engine engine) {
        this.name = name;
        this.claim = claim;
        this.engine = engine;
        this.mailbox = new Mailbox(this, engine.environment().io());
    }

    String name() {
        return name;
    }

    Claim claim() {
        return claim;
    }

    /** Of a lock all requests of the client share a queue; of anything else each has one of its own. */
    boolean isOfOneRequest() {
        return !claim.isOfLock();
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

    /** Whatever the event has left half done: nobody waits for it any more, and what nobody has goes back. */
    @Override
    public void broken(Throwable failure) {
        failed(failure);
        engine.renewer().forsaken(this).forEach(this::takeBack);
        HeldLease held = lease;
        if (held != null) {
            takeBack(held.hold());
        }
        sayBroken(failure);
        renewNext();
    }

    /** A log that cannot be written to must not make a queue mend itself for ever. */
    private void sayBroken(Throwable failure) {
        try {
            LOG.error("{}: the engine or the backend broke its contract", claim.title(name), failure);
        } catch (Throwable e) {
            // Where there is no room for a log entry there is none for anything else.
        }
    }

    @Override
    public void later(Runnable goOn) {
        engine.environment().scheduler().schedule(PAUSE, goOn);
    }

    /** How many wait in it. Any thread may ask. */
    int waiting() {
        return occupied ? waiting : 0;
    }

    /** Adds what this client holds under the name, if anything. Any thread may ask, so it reads {@link #occupied} first. */
    void describe(List<HeldLock> held) {
        HeldLease out = occupied ? lease : null;
        if (out != null && out.isValid()) {
            held.add(new HeldLock(
                    claim.kind(),
                    out.token(),
                    Duration.ofNanos(out.heldFor()),
                    out.remaining(),
                    out.thread(),
                    engine.waiting(this)));
        }
    }

    // --- what others ask ---------------------------------------------------------------------------------------

    /** A new request; false if this queue has retired. */
    boolean join(Waiter waiter) {
        return mailbox.post(() -> joined(waiter));
    }

    /** For a caller that waits: should nobody work off the events any more, this thread does. */
    void goOn() {
        mailbox.goOn();
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
            engine.observers().notAcquired(waiter, name, waiter.withdrawn(), engine.now() - waiter.since());
            if (!mailbox.post(() -> remove(waiter, undone))) {
                completeAfterUndoing(undone);
            }
        } else if (waiter.outcome() instanceof HeldLease unwanted) {
            unwanted.discard().whenComplete((nothing, failure) -> undone.complete(null));
        } else {
            undone.complete(null);
        }
        return undone;
    }

    /**
     * The holder has closed its lease.
     *
     * @param waiting the thread that stands still until it is done, or null
     * @param done completed when the hold was handed on, or with what the service found
     */
    void release(HeldLease released, @Nullable Thread waiting, CompletableFuture<ReleaseOutcome> done) {
        if (!post(done, () -> released(released, waiting, done))) {
            // The hold was lost in between, and with it went the last that this queue was for.
            completeAfterUndoing(done, ReleaseOutcome.RELEASED);
        }
    }

    /** The holder renews its lease for a time of its choice; as {@link HolderRenewals#add}. */
    void renew(HeldLease held, Duration time, CompletableFuture<RenewalOutcome> answer) {
        boolean posted = post(answer, () -> {
            HolderRenewals all = renewals;
            if (all == null) {
                all = new HolderRenewals(engine);
                renewals = all;
            }
            all.add(held, time, answer);
            renewNext();
        });
        if (!posted) {
            answer.complete(RenewalOutcome.NOT_HELD);
        }
    }

    /** A renewal has ended for which another waits. */
    void renewalEnded() {
        mailbox.post(this::renewNext);
    }

    private void renewNext() {
        HolderRenewals all = renewals;
        if (all != null) {
            all.goOn(lease);
        }
    }

    /** An event that somebody waits for hears of what is thrown in it. */
    private boolean post(CompletableFuture<?> awaited, Runnable event) {
        return mailbox.post(() -> {
            try {
                event.run();
            } catch (Throwable e) {
                awaited.completeExceptionally(e);
                throw e;
            }
        });
    }

    /** The hold has ended without its holder. */
    void lost(Hold hold, LossReason reason) {
        mailbox.post(() -> holdLost(hold, reason));
    }

    /** The renewer has found a hold that nobody has. */
    void forsaken(Hold hold) {
        if (!mailbox.post(() -> takeBack(hold))) {
            takeBack(hold);
        }
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
        boolean posted = post(done, () -> {
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
            waiter.end(contended());
        } else if (waiter.isWaiting()) {
            waiters.add(waiter);
            updateOccupied();
            lookAround();
            contend();
        }
        updateOccupied();
    }

    /** What the timer or the backend may have tried in vain to tell. */
    private void lookAround() {
        HeldLease held = lease;
        Candidacy current = candidacy;
        if (held != null && !held.hold().isCurrent()) {
            holdLost(held.hold(), held.hold().lapseReason());
        } else if (current != null) {
            settle(current);
        }
    }

    /**
     * The first request waits for the answer to the attempt that is under way: it is one bounded exchange, and may be a grant. So
     * do the others while nobody has heard anything of the service: it may be a fault, which is not the same as contention.
     */
    private void endOverdue(Waiter waiter) {
        if (!waiters.contains(waiter)) {
            waiter.end(contended());
            return;
        }
        waiter.overdue();
        lookAround();
        if (!waiters.contains(waiter)) {
            return;
        }
        Candidacy current = candidacy;
        boolean answerMatters = waiter == waiters.first() || (current != null && !current.wasAnswered());
        if (current == null || !current.isAttempting() || !answerMatters || !waiter.isWaiting()) {
            giveUp(waiter);
        }
    }

    private void giveUp(Waiter waiter) {
        CompletableFuture<Void> undone = new CompletableFuture<>();
        waiter.undoneWith(undone);
        // With the last of them goes the candidacy, which knows.
        Waiter.Contended contended = contended();
        remove(waiter, undone);
        waiter.end(contended);
    }

    /** What one is told who goes without the lock: who has it, this client or another, as far as the last answer tells. */
    private Waiter.Contended contended() {
        HeldLease held = lease;
        Candidacy current = candidacy;
        if (held != null) {
            return Waiter.Contended.by(
                    LockInfo.builder(held.token()).holder(engine.holder()).build());
        }
        return Waiter.Contended.by(current == null ? null : current.holderBefore());
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
        completeAfterUndoing(done, null);
    }

    private <T> void completeAfterUndoing(CompletableFuture<T> done, @Nullable T with) {
        undoing.whenComplete((whatever, failure) -> done.complete(with));
    }

    private void updateOccupied() {
        waiting = waiters.size();
        occupied = lease != null || waiting > 0;
    }

    /** Where a blocking client library may run: here, if the thread that works for the caller is the caller's own. */
    private Executor executorFor(Waiter waiter) {
        return engine.environment().here(waiter.isOwnThread(Thread.currentThread()));
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
        if (current != null && current.isToLook()) {
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
        engine.observers().attempt(name, head.isOwnThread(Thread.currentThread()) ? head : null);
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
    void answered(Candidacy asked) {
        mailbox.post(() -> settle(asked));
    }

    private void settle(Candidacy asked) {
        if (candidacy != asked || !asked.seesAnswer()) {
            return;
        }
        Attempt answer = asked.answer();
        if (answer instanceof Attempt.Granted granted) {
            granted(asked.hold(granted.grant()));
        } else if (answer instanceof Attempt.Busy busy) {
            busy(asked, busy.retryAfter());
        } else {
            failed(Causes.of(asked.failure(), "the backend gave no answer"));
        }
    }

    /** A hold that was won together with others; completes with null if there is no place for it. False if this has retired. */
    boolean adopt(GroupContest won, Grant grant, long sentAt, CompletableFuture<@Nullable HeldLease> adopted) {
        return post(adopted, () -> {
            won.enter(this);
            Hold hold = new Hold(engine.environment().ticker(), grant, won.options(), this, sentAt);
            adopted.complete(adopt(hold, won.options(), won.thread()) ? lease : null);
        });
    }

    /** Who began to contend meanwhile finds it held, and begins again after it; who would not wait is told so. */
    private boolean adopt(Hold hold, LockOptions options, Thread thread) {
        if (engine.isClosed() || lease != null || !hold.isCurrent()) {
            giveBack(hold, null);
            return false;
        }
        engine.renewer().watch(hold);
        leave(engine.environment().io());
        HeldLease won = lend(hold);
        won.acquiredBy(thread);
        updateOccupied();
        waiters.impatient().forEach(this::giveUp);
        engine.observers().acquired(options, won.token());
        return true;
    }

    private void granted(Hold hold) {
        if (!hold.isCurrent()) {
            deadOnArrival(hold);
            return;
        }
        deadGrants = 0;
        engine.renewer().watch(hold);
        // Until here leaving undoes it, from here on the renewer knows of it: whatever is thrown, it goes back.
        candidacy = null;
        if (engine.isClosed()) {
            // What this client gives back elsewhere may come here, before this queue is closed.
            endAll(waiter -> true, Waiter.End.CLOSED);
        }
        if (leaseToNext(hold, null)) {
            waiters.impatient().forEach(this::giveUp);
        } else {
            giveBack(hold, null);
            contend();
        }
    }

    /** The process may have stood still: those who can wait ask again, but not for ever. */
    private void deadOnArrival(Hold hold) {
        giveBack(hold, null);
        candidacy = null;
        deadGrants++;
        boolean hopeless = deadGrants >= MOST_DEAD_GRANTS;
        Throwable tooLate =
                new IllegalStateException("the answer came only after the lease that it granted had run out");
        endAll(waiter -> hopeless || waiter.isImpatient(), new Waiter.Failed(tooLate));
        contend();
    }

    private void busy(Candidacy asked, Duration retryAfter) {
        waiters.impatient().forEach(this::giveUp);
        endAll(waiter -> !waiter.isWaiting(), Waiter.End.WITHDRAWN);
        Waiter head = waiters.first();
        if (head == null) {
            leave(engine.environment().io());
        } else if (candidacy == asked && asked.rest(retryAfter)) {
            look(asked, head);
        }
    }

    /** A service that cannot be asked cannot be asked by the others in the queue either: all learn it now, none waits in vain. */
    private void failed(Throwable cause) {
        endAll(waiter -> true, new Waiter.Failed(cause));
        leave(engine.environment().io());
    }

    private void endAll(Predicate<Waiter> which, Waiter.Outcome how) {
        List<Waiter> ended = waiters.those(which);
        // Whoever is told may ask again at once, and must not take its own last request for somebody's.
        occupied = lease != null || waiters.size() > ended.size();
        ended.forEach(waiter -> waiter.end(how));
        ended.forEach(waiters::remove);
        updateOccupied();
    }

    private void leave(Executor blocking) {
        Candidacy left = candidacy;
        if (left != null) {
            undoing = left.leave(blocking);
            candidacy = null;
        }
    }

    // --- leased ------------------------------------------------------------------------------------------------

    /**
     * Gives a lease on the hold to the first waiter that is still there; false if there is none.
     *
     * @param before the lease that ends with it, if the hold is handed on
     */
    private boolean leaseToNext(Hold hold, @Nullable HeldLease before) {
        HeldLease next = lend(hold);
        for (Waiter waiter = waiters.first();
                waiter != null && hold.serves(waiter.options());
                waiter = waiters.first()) {
            waiters.remove(waiter);
            updateOccupied();
            if (waiter.endSilently(next)) {
                next.acquiredBy(waiter.thread());
                mailbox.afterwards(waiter);
                if (before != null) {
                    before.tellReleased();
                }
                engine.observers().acquired(waiter, next.token(), engine.now() - waiter.since());
                return true;
            }
        }
        lease = null;
        updateOccupied();
        return false;
    }

    private HeldLease lend(Hold hold) {
        HeldLease next = new HeldLease(hold, engine);
        hold.lendTo(next);
        lease = next;
        return next;
    }

    /** Nobody has the hold, or ever will: something was thrown on its way to a holder, or back. */
    private void takeBack(Hold hold) {
        if (!hold.isForsaken()) {
            return;
        }
        HeldLease held = lease;
        if (held != null && held.hold() == hold) {
            held.lose(LossReason.EXPIRED);
            lease = null;
            renewNext();
            updateOccupied();
            giveBack(hold, null);
            contend();
        } else if (engine.renewer().isWatched(hold)) {
            giveBack(hold, null);
        }
    }

    private void released(HeldLease released, @Nullable Thread waiting, CompletableFuture<ReleaseOutcome> done) {
        if (lease != released) {
            completeAfterUndoing(done, ReleaseOutcome.RELEASED);
            return;
        }
        lease = null;
        renewNext();
        Hold hold = released.hold();
        Waiter next = waiters.first();
        if (next != null && hold.serves(next.options()) && hold.mayPassOn()) {
            hold.passOn();
            hold.extendInTime(engine.backend(), engine.environment().io());
            if (leaseToNext(hold, released)) {
                HeldLease passed = lease;
                engine.observers()
                        .handOff(released.token(), passed == null ? released.token() : passed.token(), released);
                done.complete(ReleaseOutcome.RELEASED);
                return;
            }
        }
        updateOccupied();
        CompletableFuture<ReleaseOutcome> sent = giveBack(hold, waiting);
        released.sent(sent);
        sent.whenComplete((found, failure) -> {
            if (failure == null) {
                done.complete(found);
            } else {
                done.completeExceptionally(failure);
            }
        });
        contend();
    }

    private void holdLost(Hold hold, LossReason reason) {
        HeldLease held = lease;
        if (held == null || held.hold() != hold) {
            return;
        }
        if (!held.lose(reason)) {
            held.loseAtRelease(reason);
        }
        lease = null;
        renewNext();
        updateOccupied();
        if (reason == LossReason.CLIENT_CLOSED && hold.isToRunOut()) {
            engine.renewer().unwatch(hold);
        } else {
            // Whatever the reason: a request of ours that the client library sends again could win once more.
            giveBack(hold, null, reason != LossReason.TAKEN_OVER);
        }
        contend();
    }

    private CompletableFuture<ReleaseOutcome> giveBack(Hold hold, @Nullable Thread waiting) {
        return giveBack(hold, waiting, true);
    }

    /**
     * @param keep whether the service goes on keeping it, if its holder has asked for that
     */
    private CompletableFuture<ReleaseOutcome> giveBack(Hold hold, @Nullable Thread waiting, boolean keep) {
        Executor first = engine.environment().here(waiting == Thread.currentThread());
        CompletableFuture<ReleaseOutcome> answer =
                engine.undoer().undo(name, hold.serviceKeepsFor(), where -> giveBack(hold, keep, where), first);
        undoing = answer;
        engine.renewer().unwatch(hold);
        return answer;
    }

    private CompletionStage<ReleaseOutcome> giveBack(Hold hold, boolean keep, Executor blocking) {
        Duration rest = keep ? hold.keptFor() : Duration.ZERO;
        return rest.isZero()
                ? engine.backend().release(hold.grant(), blocking)
                : engine.backend().releaseLater(hold.grant(), rest, blocking);
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
