package dev.pawl.lock.internal;

import dev.pawl.lock.Lease;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** One request of a caller, and what was known when it was made. */
final class SimulatedRequest {

    final int id;
    final SimulatedClient client;
    final String name;
    final long timeout;
    final SplittableRandom chance;

    /** The largest token of this name that had been returned when this request began. */
    final long floor;

    final long began;
    final int failedAttemptsBefore;
    final CompletableFuture<Lease> future;

    /** Somebody else had the lock or wanted it, at some time of this request. */
    boolean rivalled;

    boolean cancelled;

    SimulatedRequest(int id, SimulatedClient client, String name, long timeout, Simulation world, Answer answer) {
        this.id = id;
        this.client = client;
        this.name = name;
        this.timeout = timeout;
        this.chance = world.chance("request", client.index, id);
        this.floor = world.checker().largestReturned(name);
        this.began = world.time().now();
        this.failedAttemptsBefore = client.network.failedAttempts(name);
        this.rivalled = world.checker().hasRivals(this);
        this.future = answer.ask();
    }

    interface Answer {
        CompletableFuture<Lease> ask();
    }

    boolean isForever() {
        return timeout == Long.MAX_VALUE;
    }

    boolean isOpen() {
        return !future.isDone() && !client.isDead();
    }

    void cancel() {
        if (!future.isDone()) {
            cancelled = true;
            future.cancel(false);
        }
    }

    @Override
    public String toString() {
        return "request " + id + " of client " + client.index + " for " + name
                + (isForever() ? "" : " within " + timeout / 1e6 + " ms");
    }
}
