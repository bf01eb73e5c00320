package dev.pawl.lock.internal;

import dev.pawl.lock.Acquirable;
import dev.pawl.lock.DistributedSemaphore;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;

/** A semaphore, asked for one permit or for several. Each request is a contest of its own at the service. */
final class NamedSemaphore extends NamedAcquirable implements DistributedSemaphore {

    private final Claim claim;

    NamedSemaphore(Engine engine, String name, Claim claim, LockOptions options) {
        super(engine, name, options);
        this.claim = claim;
    }

    @Override
    Claim claim() {
        return claim;
    }

    @Override
    public int limit() {
        return claim.limit();
    }

    @Override
    public Acquirable<Lease> permits(int permits) {
        if (permits < 1 || permits > limit()) {
            throw new IllegalArgumentException("permits: semaphore '" + name() + "' has from 1 to " + limit()
                    + " permits to give at once, but got " + permits);
        }
        return new NamedSemaphore(engine(), name(), Claim.permits(permits, limit()), options());
    }
}
