package dev.pawl.lock.spring;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.MultiLease;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one acquisition got, and how many still use it: methods on the thread, transactions, and results that are not there yet. The last
 * one releases it. It can be joined while a method or a transaction of its thread uses it.
 */
final class Holding {

    private static final Logger LOG = LoggerFactory.getLogger(Locked.class);

    private final OnThread thread;
    private final LockClient client;
    private final MultiLease lease;
    private final AtomicInteger ofThread = new AtomicInteger();
    private final AtomicInteger users = new AtomicInteger();
    private volatile boolean outcomeUnknown;

    Holding(OnThread thread, LockClient client, MultiLease lease) {
        this.thread = thread;
        this.client = client;
        this.lease = lease;
    }

    LockClient client() {
        return client;
    }

    MultiLease lease() {
        return lease;
    }

    Collection<String> names() {
        return lease.tokens().keySet();
    }

    /** A method or a transaction of the thread begins to use it. */
    void enter() {
        ofThread.incrementAndGet();
        users.incrementAndGet();
    }

    /** A method or a transaction of the thread has ended; whoever waits for the release may throw what it has found. */
    void leave() {
        if (leftLast()) {
            release();
        }
    }

    /** The same, but the result of the method is not there yet. */
    void leaveTo(CompletableFuture<?> result) {
        users.incrementAndGet();
        leave();
    }

    /** The result is there. Called on any thread, which is not to wait. */
    CompletableFuture<Void> leaveLater() {
        return users.decrementAndGet() == 0 ? releaseLater() : CompletableFuture.completedFuture(null);
    }

    /** Nobody knows whether the transaction has committed, or still will: nobody else may have the lock for a while. */
    void outcomeUnknown() {
        outcomeUnknown = true;
    }

    private boolean leftLast() {
        if (ofThread.decrementAndGet() == 0) {
            thread.forget(this);
        }
        return users.decrementAndGet() == 0;
    }

    private void release() {
        if (outcomeUnknown) {
            releaseLater();
        } else {
            lease.close();
        }
    }

    private CompletableFuture<Void> releaseLater() {
        if (!outcomeUnknown) {
            return lease.releaseAsync();
        }
        long millis = lease.remaining().toMillis();
        LOG.warn("locks {}: the outcome of the transaction is unknown; released in {} ms", names(), millis);
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(lease::releaseAsync);
        return CompletableFuture.completedFuture(null);
    }
}
