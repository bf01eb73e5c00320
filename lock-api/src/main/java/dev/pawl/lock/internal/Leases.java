package dev.pawl.lock.internal;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import java.util.Optional;

/** What recipes that are built on locks may know and do, and users may not. */
public final class Leases {

    private Leases() {}

    /**
     * Renews a lease no more, so that it runs out: somebody who cannot give it back must not keep it for ever. Closing the client does not
     * give it back either.
     */
    public static void letRunOut(Lease lease) {
        if (lease instanceof HeldLease held) {
            held.hold().renewNoMore();
        }
    }

    /** The options of a lock, those of its client included; empty for a lock that is not the engine's. */
    public static Optional<LockOptions> optionsOf(DistributedLock lock) {
        return lock instanceof NamedLock named ? Optional.of(named.options()) : Optional.empty();
    }
}
