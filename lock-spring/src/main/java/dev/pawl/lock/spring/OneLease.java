package dev.pawl.lock.spring;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.MultiLease;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A lease of one name, where there may be several. */
final class OneLease implements MultiLease {

    private final Lease lease;
    private final Map<String, FencingToken> tokens;

    OneLease(Lease lease) {
        this.lease = lease;
        tokens = Map.of(lease.name(), lease.token());
    }

    @Override
    public Map<String, FencingToken> tokens() {
        return tokens;
    }

    @Override
    public boolean isValid() {
        return lease.isValid();
    }

    @Override
    public Duration remaining() {
        return lease.remaining();
    }

    @Override
    public Duration renew(Duration leaseTime) {
        return lease.renew(leaseTime);
    }

    @Override
    public void ensureValid() {
        lease.ensureValid();
    }

    @Override
    public void onLost(Consumer<LeaseLostEvent> action) {
        lease.onLost(action);
    }

    @Override
    public CompletableFuture<Void> releaseAsync() {
        return lease.releaseAsync();
    }

    @Override
    public void close() {
        lease.close();
    }
}
