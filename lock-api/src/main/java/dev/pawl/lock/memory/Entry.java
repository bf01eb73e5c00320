package dev.pawl.lock.memory;

import dev.pawl.lock.spi.Contest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the service knows of one name: who holds it, who waits, and whether the head of the queue has a reservation. */
final class Entry {

    /** In order of arrival, by owner id. */
    final Map<String, Contest> waiting = new LinkedHashMap<>();

    @Nullable
    Hold hold;

    /** The lock is free, but only for the head of the queue, until {@link #reservedUntil}. */
    boolean reserved;

    long reservedUntil;

    @Nullable
    Hold holdAt(long now) {
        Hold current = hold;
        return current != null && now - current.until < 0 ? current : null;
    }

    @Nullable
    Contest head() {
        return waiting.isEmpty() ? null : waiting.values().iterator().next();
    }

    /** A reservation belongs to the head, so it ends when the head goes. */
    void stopWaiting(String owner) {
        Contest head = head();
        if (head != null && head.owner().equals(owner)) {
            reserved = false;
        }
        waiting.remove(owner);
    }

    /** One hold; a foreign one has no grant. */
    static final class Hold {
        final String owner;
        final long leaseNanos;
        final @Nullable MemoryGrant grant;
        long until;

        /** The newest that was given for it. */
        long token;

        boolean revoked;

        /** Its owner has let go, and nobody gets the lock before {@link #until}. */
        boolean kept;

        Hold(String owner, long leaseNanos, @Nullable MemoryGrant grant, long token, long now) {
            this.token = token;
            this.owner = owner;
            this.leaseNanos = leaseNanos;
            this.grant = grant;
            this.until = now + leaseNanos;
        }

        void renew(long now) {
            renew(now, leaseNanos);
        }

        void renew(long now, long nanos) {
            until = now + nanos;
        }
    }
}
