package dev.pawl.lock.spring.integration;

import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.ConcurrentModificationException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Which thread holds which key through one registry, and how often; an entry stands while it does. */
final class Holds {

    private record Owner(Thread thread, String key) {}

    /** A lease, and how often its thread has entered. Touched by that thread only. */
    private static final class Hold {
        private final Lease lease;
        /** About as long as the service has granted it for. */
        private final Duration granted;

        private int depth = 1;

        Hold(Lease lease) {
            this.lease = lease;
            this.granted = Duration.ofMillis(Math.max(2, lease.remaining().toMillis()));
        }
    }

    private final LockClient locks;
    private final @Nullable LockOptions options;
    private final ConcurrentMap<Owner, Hold> entries = new ConcurrentHashMap<>();

    /** With the client's options, if none are given. */
    Holds(LockClient locks, @Nullable LockOptions options) {
        this.locks = Objects.requireNonNull(locks, "locks");
        this.options = options;
    }

    /**
     * The key as the name of a lock.
     *
     * @throws IllegalArgumentException if it is no string: two processes would have to agree on how to write it
     */
    static String key(Object lockKey) {
        Objects.requireNonNull(lockKey, "lockKey");
        if (lockKey instanceof String key) {
            return key;
        }
        throw new IllegalArgumentException(
                "lockKey: must be a String, but got a " + lockKey.getClass().getName());
    }

    /** Pawl's lock; with a time to live, one that nothing renews. */
    DistributedLock lock(String key, @Nullable Duration timeToLive) {
        if (timeToLive == null) {
            return options == null ? locks.lock(key) : locks.lock(key, options);
        }
        locks.guarantees().ensure(Capability.RENEW);
        LockOptions.Builder limited = options == null ? LockOptions.builder() : options.toBuilder();
        return locks.lock(key, limited.leaseTime(timeToLive).renewal(false).build());
    }

    /**
     * Enters once more, if this thread holds it.
     *
     * @throws LeaseLostException if it held it and lost it
     */
    boolean reenter(String key, @Nullable Duration timeToLive) {
        Hold mine = mine(key);
        if (mine == null) {
            return false;
        }
        mine.lease.ensureValid();
        if (timeToLive != null && mine.lease.remaining().compareTo(timeToLive) < 0) {
            mine.lease.renew(timeToLive);
        }
        mine.depth = Math.addExact(mine.depth, 1);
        return true;
    }

    boolean entered(String key, Optional<Lease> lease) {
        lease.ifPresent(held -> entries.put(new Owner(Thread.currentThread(), key), new Hold(held)));
        return lease.isPresent();
    }

    /** Leaves once; the last time releases the lock. */
    void leave(String key) {
        Hold mine = held(key);
        mine.depth--;
        if (mine.depth == 0) {
            entries.remove(new Owner(Thread.currentThread(), key));
            try {
                mine.lease.close();
            } catch (LeaseLostException e) {
                throw new ConcurrentModificationException(
                        "lock '" + key
                                + "': it was lost before it was unlocked, so what it protects may have been changed by others",
                        e);
            }
        }
    }

    /** Renews it now, for a time or for as long as it was granted for. A session or a connection keeps its locks by itself. */
    void renew(String key, @Nullable Duration timeToLive) {
        Lease lease = held(key).lease;
        if (timeToLive != null) {
            lease.renew(timeToLive);
        } else if (locks.guarantees().supports(Capability.RENEW)) {
            lease.renew(held(key).granted);
        } else {
            lease.ensureValid();
        }
    }

    private @Nullable Hold mine(String key) {
        return entries.get(new Owner(Thread.currentThread(), key));
    }

    private Hold held(String key) {
        Hold mine = mine(key);
        if (mine == null) {
            throw new IllegalMonitorStateException(
                    "lock '" + key + "': thread '" + Thread.currentThread().getName() + "' does not own it");
        }
        return mine;
    }
}
