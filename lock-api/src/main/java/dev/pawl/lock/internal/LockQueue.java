package dev.pawl.lock.internal;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Grant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
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
 * <p>It is an actor: events are queued, and whichever thread finds the queue at rest works them off, one after the other. So
 * the state needs no lock, nothing is held while the backend or a listener is called, and requests for a name leave in the
 * order of its events. A queue at rest with nothing in it retires and leaves the engine's map; who comes too late finds a new
 * one.
 */
final class LockQueue {

    private static final Logger LOG = LoggerFactory.getLogger(LockQueue.class);
    private static final int RETIRED = Integer.MIN_VALUE / 2;

    private final String name;
    private final Engine engine;
    private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();

    // Touched by events only.
    private final Set<Waiter> waiters = new LinkedHashSet<>();
    private @Nullable Candidacy candidacy;
    private @Nullable HeldLease lease;

    /** The last thing that was taken back from the service; requests of one name are answered in order. */
    private CompletableFuture<Void> undoing = CompletableFuture.completedFuture(null);

    /** Whether a request that will not wait has anything to ask; read from outside as a hint. */
    private volatile boolean occupied;

    LockQueue(String name, Engine engine) {
        this.name = name;
        this.engine = engine;
    }

    String name() {
        return name;
    }

    boolean isOccupied() {
        return occupied;
    }

    // --- the actor ---------------------------------------------------------------------------------------------

    /** Queues an event and works off what is queued, unless another thread is at it; false if this queue has retired. */
    private boolean post(Runnable event) {
        events.add(event);
        int before = pending.getAndIncrement();
        if (before == 0) {
            workOff();
        }
        return before >= 0;
    }

    private void workOff() {
        int batch = 1;
        while (batch > 0) {
            for (int i = 0; i < batch; i++) {
                run(events.poll());
            }
            if (isEmpty() && pending.compareAndSet(batch, RETIRED)) {
                engine.retire(this);
                return;
            }
            batch = pending.addAndGet(-batch);
        }
    }

    private void run(@Nullable Runnable event) {
        try {
            if (event != null) {
                event.run();
            }
        } catch (Throwable e) {
            LOG.error("lock '{}': a defect in the lock engine", name, e);
        }
    }

    private boolean isEmpty() {
        return waiters.isEmpty() && lease == null && candidacy == null;
    }

    // --- what others ask ---------------------------------------------------------------------------------------

    /** A new request; false if this queue has retired. */
    boolean join(Waiter waiter) {
        return post(() -> joined(waiter));
    }

    /** The request's time is over. */
    void overdue(Waiter waiter) {
        post(() -> endOverdue(waiter));
    }

    /**
     * The caller has gone.
     *
     * @return completes when nothing of the request is left at the service
     */
    CompletableFuture<Void> withdraw(Waiter waiter) {
        CompletableFuture<Void> undone = new CompletableFuture<>();
        if (waiter.end(Waiter.End.WITHDRAWN)) {
            if (!post(() -> remove(waiter, undone))) {
                undone.complete(null);
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
     * @return completes when the hold was handed on or the service has confirmed its release
     */
    CompletableFuture<Void> release(HeldLease released, @Nullable Thread waiting) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        post(() -> released(released, waiting, done));
        return done;
    }

    /** The hold has ended without its holder. */
    void lost(Hold hold, LossReason reason) {
        post(() -> holdLost(hold, reason));
    }

    /** The client is closing. */
    void close() {
        post(this::closed);
    }

    // --- waiters -----------------------------------------------------------------------------------------------

    private void joined(Waiter waiter) {
        if (engine.isClosed()) {
            waiter.end(Waiter.End.CLOSED);
        } else if (!waiter.isPatient() && occupied) {
            waiter.end(Waiter.End.CONTENDED);
        } else if (waiter.isWaiting()) {
            waiters.add(waiter);
            contend();
        }
        updateOccupied();
    }

    /** A request whose attempt is under way waits for the answer: it is one bounded exchange, and may be a grant. */
    private void endOverdue(Waiter waiter) {
        if (!waiters.contains(waiter)) {
            return;
        }
        waiter.overdue();
        Candidacy current = candidacy;
        if (current == null || !current.isAttempting() || waiter != first()) {
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
        boolean wasFirst = waiter == first();
        waiters.remove(waiter);
        updateOccupied();
        if (waiters.isEmpty()) {
            leave(executorFor(waiter));
        } else if (wasFirst) {
            contend();
        }
        undoing.whenComplete((nothing, failure) -> undone.complete(null));
    }

    private @Nullable Waiter first() {
        Iterator<Waiter> order = waiters.iterator();
        return order.hasNext() ? order.next() : null;
    }

    private void updateOccupied() {
        occupied = lease != null || !waiters.isEmpty();
    }

    /** Where a blocking client library may run: here, if the thread that works for the caller is the caller's own. */
    private Executor executorFor(@Nullable Waiter waiter) {
        boolean own = waiter != null && waiter.isOwnThread(Thread.currentThread());
        return own ? Runnable::run : engine.environment().callbacks();
    }

    // --- contending --------------------------------------------------------------------------------------------

    /** Sees to it that the first waiter's request is put to the service. */
    private void contend() {
        Waiter head = first();
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
        boolean willWait = waiters.stream().anyMatch(waiter -> waiter.isPatient() && !waiter.isOverdue());
        current.attempt(willWait, waiters.size() - 1, executorFor(head));
    }

    /** Something may have changed at the service. */
    void wake(Candidacy woken) {
        post(() -> {
            Waiter head = first();
            if (candidacy == woken && head != null && woken.woken()) {
                look(woken, head);
            }
        });
    }

    /** The answer to an attempt. Of a candidacy that was given up it means nothing: leaving has undone it. */
    void answered(Candidacy asked, @Nullable Attempt answer, @Nullable Throwable failure) {
        post(() -> {
            if (candidacy != asked) {
                return;
            }
            if (answer instanceof Attempt.Granted granted) {
                candidacy = null;
                granted(asked.hold(granted.grant()));
            } else if (answer instanceof Attempt.Busy busy) {
                busy(asked, busy.retryAfter().toNanos());
            } else {
                failed(Causes.of(failure, "the backend gave no answer"));
            }
        });
    }

    private void granted(Hold hold) {
        if (!hold.isCurrent()) {
            giveBack(hold, null);
            Throwable tooLate = new IllegalStateException("the grant came only after its lease had run out");
            endAll(waiter -> !waiter.isPatient() || waiter.isOverdue(), new Waiter.Failed(tooLate));
            contend();
        } else {
            engine.renewer().watch(hold);
            if (!leaseToNext(hold)) {
                engine.renewer().unwatch(hold);
                giveBack(hold, null);
            }
        }
    }

    private void busy(Candidacy asked, long retryAfter) {
        for (Waiter waiter : List.copyOf(waiters)) {
            if (!waiter.isPatient() || waiter.isOverdue()) {
                giveUp(waiter);
            }
        }
        Waiter head = first();
        if (candidacy == asked && head != null && asked.rest(retryAfter)) {
            look(asked, head);
        }
    }

    /** A service that cannot be asked cannot be asked by the others in the queue either: all learn it now, none waits in vain. */
    private void failed(Throwable cause) {
        leave(engine.environment().callbacks());
        endAll(waiter -> true, new Waiter.Failed(cause));
    }

    private void endAll(Predicate<Waiter> which, Waiter.Outcome how) {
        List<Waiter> ended = new ArrayList<>(waiters);
        ended.removeIf(which.negate());
        waiters.removeAll(ended);
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
        for (Waiter waiter = first(); waiter != null; waiter = first()) {
            waiters.remove(waiter);
            occupied = true;
            if (waiter.end(next)) {
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
            done.complete(null);
            return;
        }
        lease = null;
        Hold hold = released.hold();
        Waiter next = first();
        if (next != null && hold.isCurrent() && hold.mayPassTo(next.options())) {
            hold.pass();
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
        if (reason == LossReason.EXPIRED || reason == LossReason.UNREACHABLE || reason == LossReason.CLIENT_CLOSED) {
            giveBack(hold, null);
        }
        contend();
    }

    private CompletableFuture<Void> giveBack(Hold hold, @Nullable Thread waiting) {
        Grant grant = hold.grant();
        Executor first = waiting == Thread.currentThread()
                ? Runnable::run
                : engine.environment().callbacks();
        undoing = engine.undoer()
                .undo(name, hold.serviceKeepsFor(), where -> engine.backend().release(grant, where), first);
        return undoing;
    }

    private void closed() {
        endAll(waiter -> true, Waiter.End.CLOSED);
        leave(engine.environment().callbacks());
        HeldLease held = lease;
        if (held != null) {
            holdLost(held.hold(), LossReason.CLIENT_CLOSED);
        }
    }

    /** The service says that it took the hold away. */
    void taken(Candidacy won, LossReason reason) {
        post(() -> {
            HeldLease held = lease;
            if (held != null && held.hold().grant().contest() == won) {
                holdLost(held.hold(), reason);
            } else if (candidacy == won) {
                Waiter head = first();
                leave(engine.environment().callbacks());
                if (head != null) {
                    contend();
                }
            }
        });
    }
}
