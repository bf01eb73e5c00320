package dev.pawl.lock.testkit;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** One hold of a multi-lease, as far as {@link BackendFixture} has to know it: by its token. */
record HeldLease(FencingToken token) implements Lease {

    @Override
    public String name() {
        return token.lock();
    }

    @Override
    public boolean isValid() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Duration remaining() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Duration renew(Duration leaseTime) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void ensureValid() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onLost(Consumer<LeaseLostEvent> action) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> releaseAsync() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
