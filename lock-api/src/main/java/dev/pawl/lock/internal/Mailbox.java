package dev.pawl.lock.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works off events one after the other, on whichever thread brings one while none is being worked off. What the events touch
 * needs no lock, and no lock is held while they call out.
 *
 * <pre>
 *   at rest (0) ──post──▶ busy (n events counted) ──all worked off──▶ at rest
 *                            │
 *                            └── all worked off, and the owner is idle ──▶ retired   (final)
 * </pre>
 *
 * <p>Source: the "wip" serialised drain loop of Reactive Streams implementations (D. Karnok, <i>Advanced RxJava</i>, 2015).
 */
final class Mailbox {

    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
    private static final int RETIRED = Integer.MIN_VALUE / 2;

    /** How many events a thread works off for others before it leaves the rest to a thread of the engine's own. */
    private static final int MOST_FOR_OTHERS = 256;

    /** Whose events these are. Called by the thread that works them off. */
    interface Owner {
        /** Whether the owner has nothing left to wait for. */
        boolean isIdle();

        /** The mailbox takes no more events. */
        void retired();

        /** An event threw: the owner must leave nobody waiting for what it would have done. */
        void broken(Throwable failure);
    }

    private final Owner owner;
    private final Executor relief;
    private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();

    /** Events that are posted and not worked off; negative once retired. */
    private final AtomicInteger pending = new AtomicInteger();

    private volatile @Nullable Thread worker;

    /** To be signalled after the batch; touched by the worker only. */
    private @Nullable Waiter served;

    Mailbox(Owner owner, Executor relief) {
        this.owner = owner;
        this.relief = relief;
    }

    /** Whether the calling thread is working off an event, so that waiting for another would be for ever. */
    boolean isWorker() {
        return worker == Thread.currentThread();
    }

    /** Adds an event and works off what there is, unless another thread is at it; false if this mailbox has retired. */
    boolean post(Runnable event) {
        events.add(event);
        int before = pending.getAndIncrement();
        if (before == 0) {
            workOff(1);
        }
        return before >= 0;
    }

    /**
     * Signals a waiter once this mailbox is at rest, or has at least worked off the batch of the event that calls this. Woken
     * sooner, the waiter could already release while this thread is at work, would find it busy, and would have to sleep again
     * until this thread has worked for it.
     */
    void afterwards(Waiter waiter) {
        Waiter earlier = served;
        served = waiter;
        signal(earlier);
    }

    private @Nullable Waiter takeServed() {
        Waiter waiter = served;
        served = null;
        return waiter;
    }

    private static void signal(@Nullable Waiter waiter) {
        if (waiter != null) {
            guarded("signalling a waiter", waiter::signal);
        }
    }

    /** What is thrown here must not stop the mailbox: nobody else would work off its events. */
    private static void guarded(String what, Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            LOG.error("{} failed", what, e);
        }
    }

    private void workOff(int counted) {
        int batch = counted;
        int worked = 0;
        while (batch > 0) {
            for (int i = 0; i < batch; i++) {
                run(events.poll());
            }
            worked += batch;
            // An event that its poster has not counted yet may have been taken in place of one that was counted, which
            // is then still here: only an empty queue may retire.
            if (owner.isIdle() && events.isEmpty() && pending.compareAndSet(batch, RETIRED)) {
                owner.retired();
                signal(takeServed());
                return;
            }
            Waiter woken = takeServed();
            batch = pending.addAndGet(-batch);
            signal(woken);
            if (batch > 0 && worked >= MOST_FOR_OTHERS) {
                if (isRelieved(batch)) {
                    return;
                }
                worked = 0;
            }
        }
    }

    private boolean isRelieved(int rest) {
        try {
            relief.execute(() -> workOff(rest));
            return true;
        } catch (Throwable e) {
            LOG.warn("no thread to leave events to", e);
            return false;
        }
    }

    private void run(@Nullable Runnable event) {
        worker = Thread.currentThread();
        try {
            if (event != null) {
                event.run();
            }
        } catch (Throwable e) {
            guarded("leaving nobody waiting after a failure", () -> owner.broken(e));
        } finally {
            worker = null;
        }
    }
}
