package dev.pawl.lock.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
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
 * <p>A worker may be thrown out: the stack or the heap is at its end, and what would have caught the error throws too. Then the
 * mailbox says that it was left, and whoever comes next goes on where that worker stopped: the timer, the next poster, or a
 * caller that waits. An event that was thrown out is not run again: the owner mends what it has left half done.
 *
 * <p>Source: the "wip" serialised drain loop of Reactive Streams implementations (D. Karnok, <i>Advanced RxJava</i>, 2015).
 */
final class Mailbox {

    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
    private static final int RETIRED = Integer.MIN_VALUE / 2;

    /** How many events a thread works off for others before it leaves the rest to a thread of the engine's own. */
    private static final int MOST_FOR_OTHERS = 256;

    private static final AtomicIntegerFieldUpdater<Mailbox> LEFT =
            AtomicIntegerFieldUpdater.newUpdater(Mailbox.class, "left");

    /** Whose events these are. Called by the thread that works them off. */
    interface Owner {
        /** Whether the owner has nothing left to wait for. */
        boolean isIdle();

        /** The mailbox takes no more events. */
        void retired();

        /** An event threw: the owner must leave nobody waiting for what it would have done. Called again if it throws. */
        void broken(Throwable failure);

        /** The worker was thrown out: calls this later, from a thread with room. May throw, then somebody else comes by. */
        void later(Runnable goOn);
    }

    private final Owner owner;
    private final Executor relief;
    private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();

    /** Events that are posted and not worked off; negative once retired. */
    private final AtomicInteger pending = new AtomicInteger();

    /** 1 while there are events and nobody is at them: whoever takes it back to 0 is the worker. */
    private volatile int left;

    /** To be signalled after the batch; touched by the worker only, as is what follows. */
    private @Nullable Waiter served;

    /** What an event threw, until the owner has mended it. */
    private @Nullable Throwable failure;

    Mailbox(Owner owner, Executor relief) {
        this.owner = owner;
        this.relief = relief;
    }

    /** Adds an event and works off what there is, unless another thread is at it; false if this mailbox has retired. */
    boolean post(Runnable event) {
        events.add(event);
        int before = pending.getAndIncrement();
        if (before == 0) {
            left = 1;
        }
        if (before >= 0) {
            goOn();
        }
        return before >= 0;
    }

    /** Works off what there is, if nobody is at it. What is thrown stays here: it is the owner's business, and no poster's. */
    void goOn() {
        boolean ours = false;
        try {
            ours = left == 1 && takesOver();
            if (ours) {
                workOff(pending.get());
            }
        } catch (Throwable e) {
            if (ours) {
                // A field can be set where there is no room for more. Without help, the next who comes by goes on.
                left = 1;
                try {
                    owner.later(this::goOn);
                } catch (Throwable again) {
                    return;
                }
            }
        }
    }

    private boolean takesOver() {
        return LEFT.compareAndSet(this, 1, 0);
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

    /** What is thrown here is not lost on the caller: it looks by itself after a while. */
    private static void signal(@Nullable Waiter waiter) {
        try {
            if (waiter != null) {
                waiter.signal();
            }
        } catch (Throwable e) {
            Warnings.warn(LOG, "signalling a waiter failed", e);
        }
    }

    /** Works off so many events and what comes meanwhile. Throws only while that is not done. */
    private void workOff(int counted) {
        int batch = counted;
        int worked = 0;
        try {
            mend();
            while (batch > 0) {
                for (int i = 0; i < batch; i++) {
                    run(events.poll());
                }
                worked += batch;
                // An event that its poster has not counted yet may have been taken in place of a counted one, which is
                // then still here: only an empty queue may retire.
                if (owner.isIdle() && events.isEmpty() && pending.compareAndSet(batch, RETIRED)) {
                    batch = 0;
                    owner.retired();
                    signal(takeServed());
                    return;
                }
                Waiter woken = takeServed();
                batch = pending.addAndGet(-batch);
                signal(woken);
                if (batch > 0 && worked >= MOST_FOR_OTHERS) {
                    batch = 0;
                    if (isRelieved()) {
                        return;
                    }
                    batch = pending.get();
                    worked = 0;
                }
            }
        } catch (Throwable e) {
            if (batch > 0) {
                throw e;
            }
        }
    }

    /** Leaves the rest to a thread of the engine's own, or to the next poster; false if there is no such thread. */
    private boolean isRelieved() {
        left = 1;
        try {
            relief.execute(this::goOn);
            return true;
        } catch (Throwable e) {
            boolean others = !takesOver();
            Warnings.warn(LOG, "no thread to leave events to", e);
            return others;
        }
    }

    private void run(@Nullable Runnable event) {
        if (event == null) {
            return;
        }
        try {
            event.run();
        } catch (Throwable e) {
            failure = e;
        }
        mend();
    }

    private void mend() {
        Throwable broken = failure;
        if (broken != null) {
            owner.broken(broken);
            failure = null;
        }
    }
}
