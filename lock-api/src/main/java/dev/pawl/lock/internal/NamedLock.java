package dev.pawl.lock.internal;

import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockOptions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;

/** A lock: what others of this client have or wait for is known without asking the service. */
final class NamedLock extends NamedAcquirable implements DistributedLock {

    NamedLock(Engine engine, String name, LockOptions options) {
        super(engine, name, options);
    }

    @Override
    Claim claim() {
        return Claim.LOCK;
    }

    @Override
    public Optional<Lease> tryAcquire() {
        return isOccupied() ? Optional.empty() : super.tryAcquire();
    }

    @Override
    public CompletableFuture<Optional<Lease>> tryAcquireAsync() {
        return isOccupied() ? CompletableFuture.completedFuture(Optional.empty()) : super.tryAcquireAsync();
    }

    private boolean isOccupied() {
        if (engine().isClosed() || !engine().isOccupied(name())) {
            return false;
        }
        engine().observers().busy(name(), options());
        engine().observers().tell(name());
        return true;
    }

    @Override
    public Lock asLock() {
        return new ThreadOwnedLock(this, engine().threadHolds());
    }

    @Override
    public Optional<LockInfo> inspect() {
        engine().guarantees().ensure(Capability.INSPECT);
        return engine().ask(name(), blocking -> engine().backend().inspect(name(), blocking));
    }

    @Override
    public Optional<LockInfo> revoke(FencingToken seen, String reason) {
        return engine().takeAway(name(), seen, reason, false);
    }

    @Override
    public Optional<LockInfo> forceRelease(FencingToken seen, String reason) {
        return engine().takeAway(name(), seen, reason, true);
    }
}
