package dev.pawl.lock.internal;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** One process: an engine, its timer and its callback threads, all on virtual time. */
final class SimulatedClient {

    final int index;
    final SimulatedNetwork network;
    final Engine engine;
    private final Simulation world;
    private final Object timer = new Object();
    private boolean closed;

    SimulatedClient(int index, Simulation world, LockOptions defaults) {
        this.index = index;
        this.world = world;
        this.network = new SimulatedNetwork(index, world);
        SplittableRandom jitter = world.chance("jitter", index, 0);
        SplittableRandom hops = world.chance("hops", index, 0);
        Environment environment = new Environment(
                DefectiveTime.ticker(network.ticker(), world),
                world.clockJumps(),
                DefectiveTime.scheduler(this::later, world),
                task -> callBack(task, hops),
                task -> callBack(task, hops),
                task -> callBack(task, hops),
                jitter::nextLong,
                new Environment.OwnerIds("client" + index),
                () -> {
                    closed = true;
                    world.time().drop(timer);
                });
        this.engine = new Engine(network, defaults, environment);
    }

    private Runnable later(long delay, Runnable task) {
        if (closed) {
            return () -> {};
        }
        return world.time().after(delay, index, timer, task)::cancel;
    }

    private void callBack(Runnable task, SplittableRandom hops) {
        if (closed) {
            task.run();
        } else {
            world.time().after(hops.nextLong(SimulatedWeather.MILLI), index, null, task);
        }
    }

    boolean isDead() {
        return world.time().isDead(index);
    }

    boolean isClosed() {
        return closed;
    }

    boolean isRunning() {
        return !world.time().isStopped(index);
    }

    /** How many timers are set. */
    int timers() {
        return world.time().pending(timer);
    }

    CompletableFuture<Lease> acquire(String name, LockOptions options, long timeout) {
        NamedLock lock = (NamedLock) engine.lock(name, options);
        return timeout == Long.MAX_VALUE ? lock.acquireAsync() : lock.acquireAsync(Duration.ofNanos(timeout));
    }

    /** The blocking attempt: it stands still, so the network answers at once. */
    CompletableFuture<Lease> tryAcquire(String name, LockOptions options) {
        CompletableFuture<Lease> result = new CompletableFuture<>();
        network.inline(() -> {
            try {
                engine.lock(name, options)
                        .tryAcquire()
                        .ifPresentOrElse(result::complete, () -> result.completeExceptionally(new NothingThere()));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    void close() {
        network.inline(engine::close);
    }

    /** An empty answer. */
    static final class NothingThere extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
