package dev.pawl.lock.redis;

import dev.pawl.lock.redis.internal.Calls;
import dev.pawl.lock.redis.internal.RedisOptions;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Asks one server whether enough replicas have what was granted there. While Redis waits for replicas it answers nothing else on that
 * connection, renewals neither: so it is asked for a moment only, again and again, and once for all grants together. Safe for use by
 * several threads.
 */
final class Confirmations {

    /** The longest that anything else on the connection is held up. */
    private static final Duration MOMENT = Duration.ofMillis(50);

    private final Calls calls;
    private final int replicas;
    private final Duration ioTimeout;
    private final long momentMillis;
    private final Queue<Pending> pending = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean asking = new AtomicBoolean();

    Confirmations(Calls calls, RedisOptions options) {
        this.calls = calls;
        replicas = options.replicas();
        ioTimeout = options.ioTimeout();
        momentMillis = Math.min(MOMENT.toMillis(), ioTimeout.toMillis() / 4);
    }

    /** A grant that no answer has confirmed so far. */
    private static final class Pending {
        private final Entry entry;
        private final long startNanos;
        private final long patienceNanos;
        private final CompletableFuture<Long> confirmed = new CompletableFuture<>();

        Pending(Entry entry, long startNanos, Duration ioTimeout) {
            this.entry = entry;
            this.startNanos = startNanos;
            Duration lease = entry.contest().leaseTime();
            patienceNanos = (lease.compareTo(ioTimeout) < 0 ? lease : ioTimeout).toNanos() / 2;
        }
    }

    /**
     * Waits for half of the I/O time limit, or half of the lease, whichever is shorter.
     *
     * @param startNanos when the grant was asked for
     * @return by how many replicas it was confirmed in the end, enough or too few
     */
    CompletableFuture<Long> of(Entry entry, long startNanos) {
        Pending grant = new Pending(entry, startNanos, ioTimeout);
        pending.add(grant);
        askOnce();
        return grant.confirmed;
    }

    private void askOnce() {
        if (!asking.compareAndSet(false, true)) {
            return;
        }
        // All of these were granted before the question is sent: the answer holds for each.
        List<Pending> grants = List.copyOf(pending);
        if (grants.isEmpty()) {
            asking.set(false);
            if (!pending.isEmpty()) {
                askOnce();
            }
            return;
        }
        Pending oldest = grants.get(0);
        calls.waitForReplicas(oldest.entry.keys().lock(), oldest.startNanos, replicas, Duration.ofMillis(momentMillis))
                .whenComplete((count, failure) -> {
                    long now = System.nanoTime();
                    grants.forEach(grant -> settle(grant, now, count, failure));
                    asking.set(false);
                    askOnce();
                });
    }

    private void settle(Pending grant, long now, @Nullable Long count, @Nullable Throwable failure) {
        if (count == null) {
            pending.remove(grant);
            grant.confirmed.completeExceptionally(failure);
        } else if (count >= replicas || now - grant.startNanos >= grant.patienceNanos) {
            pending.remove(grant);
            grant.confirmed.complete(count);
        }
    }
}
