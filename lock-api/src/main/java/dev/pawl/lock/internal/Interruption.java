package dev.pawl.lock.internal;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The one interrupt that a body may get for the loss of its lease. It and the end of the body exclude each other: none comes after
 * the body, when the thread does something else.
 *
 * <pre>
 *   running ──lost──▶ interrupted ──end──▶ over
 *      └──────────────────end─────────────▶
 * </pre>
 */
final class Interruption {

    private final Thread body = Thread.currentThread();
    private final ReentrantLock mutex = new ReentrantLock();

    /** Guarded by {@link #mutex}, as is what follows. */
    private boolean over;

    private boolean interrupted;

    /** Whether the thread was not interrupted before, by somebody else. */
    private boolean statusIsOurs;

    /** The lease was lost. Any thread may tell. */
    void interrupt() {
        mutex.lock();
        try {
            if (!over) {
                interrupted = true;
                statusIsOurs = !body.isInterrupted();
                body.interrupt();
            }
        } finally {
            mutex.unlock();
        }
    }

    /**
     * The body has ended: no interrupt comes any more, and the status that was set for it is taken back. Only the first call counts.
     *
     * @param tookIt whether the body has taken an interrupt; then a status that is set came from somebody else
     * @return whether the body was interrupted for the loss
     */
    boolean end(boolean tookIt) {
        mutex.lock();
        try {
            if (!over && statusIsOurs && !tookIt) {
                Thread.interrupted();
            }
            over = true;
            return interrupted;
        } finally {
            mutex.unlock();
        }
    }
}
