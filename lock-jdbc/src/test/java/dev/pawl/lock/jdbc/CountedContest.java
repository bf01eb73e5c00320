package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.Bench;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** A contest of a client that is played by the case itself: it asks when it is told to, and counts its wake-ups. */
final class CountedContest implements Contest {

    private final LockBackend backend;
    private final String name;
    private final String owner;
    private final Duration retryCeiling;
    private final AtomicInteger wakes = new AtomicInteger();
    private final Contender contender;

    CountedContest(LockBackend backend, String name, String owner, Duration retryCeiling) {
        this.backend = backend;
        this.name = name;
        this.owner = owner;
        this.retryCeiling = retryCeiling;
        this.contender = backend.join(this);
    }

    /** What the service says to a client that would wait. */
    Attempt asks() {
        return asks(true);
    }

    Attempt asks(boolean willWait) {
        return Bench.get(contender.attempt(willWait, 1, Runnable::run));
    }

    Grant takes() {
        Attempt attempt = asks(false);
        assertThat(attempt).as("attempt of %s", owner).isInstanceOf(Attempt.Granted.class);
        return ((Attempt.Granted) attempt).grant();
    }

    void isBusy() {
        assertThat(asks()).as("attempt of %s", owner).isInstanceOf(Attempt.Busy.class);
    }

    /** Why an attempt to get the lock or to wait for it fails. */
    Throwable fails() {
        return Bench.failure(contender.attempt(true, 1, Runnable::run).toCompletableFuture());
    }

    void releases(Grant grant) {
        Bench.get(backend.release(grant, Runnable::run));
    }

    void leaves() {
        Bench.get(contender.leave(Runnable::run));
    }

    int wakes() {
        return wakes.get();
    }

    void awaitWoken() {
        Bench.await("a wake-up of " + owner).until(() -> wakes() > 0);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String owner() {
        return owner;
    }

    @Override
    public Duration leaseTime() {
        return Bench.LONG_LEASE;
    }

    @Override
    public Duration retryCeiling() {
        return retryCeiling;
    }

    @Override
    public void wake() {
        wakes.incrementAndGet();
    }

    @Override
    public void lost(LossReason reason) {
        throw new AssertionError(name + " was lost: " + reason);
    }
}
