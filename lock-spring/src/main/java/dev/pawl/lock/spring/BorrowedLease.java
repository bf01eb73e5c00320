package dev.pawl.lock.spring;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.MultiLease;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The lease of a {@link Locked} method, for its body: everything but the release, which comes after the transaction. */
final class BorrowedLease implements Lease {

    private final String name;
    private final FencingToken token;
    private final MultiLease lease;

    BorrowedLease(String name, MultiLease lease) {
        this.name = name;
        this.lease = lease;
        FencingToken found = lease.tokens().get(name);
        if (found == null) {
            throw new IllegalArgumentException(
                    "lock '" + name + "': not among " + lease.tokens().keySet());
        }
        token = found;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FencingToken token() {
        return token;
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
        throw notYours();
    }

    @Override
    public void close() {
        throw notYours();
    }

    private UnsupportedOperationException notYours() {
        return new UnsupportedOperationException(
                "lock '" + name + "': @Locked releases it, after the method and its transaction");
    }
}
