package dev.pawl.lock.internal;

import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What befalls the clients and the service of one schedule: requests, cancellations, and harm of every kind. */
final class SimulatedTrouble {

    private static final long MILLI = SimulatedWeather.MILLI;

    private final Simulation world;
    private final List<LockOptions> options;
    private int made;

    SimulatedTrouble(Simulation world, List<LockOptions> options) {
        this.world = world;
        this.options = options;
    }

    /** Short times are as likely as long ones. */
    static long anyTime(SplittableRandom chance, long longest) {
        return chance.nextLong(1 + (longest >> chance.nextInt(16)));
    }

    /** Plans it all; returns when it is over. */
    long plan(SplittableRandom chance) {
        int count = chance.nextInt(5, 50);
        long pace = 1 + anyTime(chance, world.lease());
        long at = 0;
        for (int i = 0; i < count; i++) {
            at += chance.nextLong(pace);
            SplittableRandom own = chance.split();
            world.time().after(at, SimulatedScheduler.WORLD, null, () -> happen(own));
        }
        return at + anyTime(chance, 2 * world.lease());
    }

    private void happen(SplittableRandom chance) {
        SimulatedClient client =
                world.clients().get(chance.nextInt(world.clients().size()));
        String name = world.names().get(chance.nextInt(world.names().size()));
        int what = chance.nextInt(100);
        if (what < 60) {
            if (client.isRunning()) {
                request(client, name, chance);
            }
        } else if (what < 75) {
            cancelOne(chance);
        } else if (what < 80) {
            world.trace(() -> "wake-ups for nothing");
            world.service().memory().advance(Duration.ZERO);
        } else if (!world.isCalm()) {
            harm(client, name, chance);
        }
    }

    private void request(SimulatedClient client, String name, SplittableRandom chance) {
        LockOptions wanted = options.get(chance.nextInt(4) == 0 ? 1 : 0);
        int kind = chance.nextInt(100);
        long timeout = kind < 40 ? Long.MAX_VALUE : kind < 60 ? 0 : 1 + anyTime(chance, 2 * world.lease());
        SimulatedRequest.Answer answer = kind < 45 && kind >= 40
                ? () -> client.tryAcquire(name, wanted)
                : () -> client.acquire(name, wanted, timeout);
        SimulatedRequest request = new SimulatedRequest(made++, client, name, timeout, world, answer);
        world.trace(() -> request + " begins" + (request.rivalled ? ", not alone" : ""));
        world.checker().began(request);
        if (chance.nextInt(4) == 0) {
            world.time().after(anyTime(chance, world.lease()), client.index, null, () -> {
                world.trace(() -> request + " is cancelled");
                request.cancel();
            });
        }
    }

    private void cancelOne(SplittableRandom chance) {
        List<SimulatedRequest> open = new ArrayList<>(world.checker().requests());
        open.removeIf(request -> !request.isOpen() || !request.client.isRunning());
        if (!open.isEmpty()) {
            SimulatedRequest one = open.get(chance.nextInt(open.size()));
            world.trace(() -> one + " is cancelled");
            one.cancel();
        }
    }

    private void harm(SimulatedClient client, String name, SplittableRandom chance) {
        long lease = world.lease();
        switch (chance.nextInt(12)) {
            case 0, 1, 2 -> {
                long time = lease / 2 + chance.nextLong(5 * lease / 2);
                world.trace(() -> "client " + client.index + " is stopped for " + time / MILLI + " ms");
                world.time().stop(client.index, time);
            }
            case 3 -> {
                long time = anyTime(chance, lease);
                world.trace(() -> "the service is paused for " + time / MILLI + " ms");
                world.time().stop(SimulatedScheduler.SERVICE, time);
            }
            case 4, 5 -> {
                long time = anyTime(chance, 2 * lease);
                world.trace(() -> "client " + client.index + " is cut off for " + time / MILLI + " ms");
                client.network.fail(time);
            }
            case 6, 7 -> {
                world.trace(() -> "the service drops the hold of " + name);
                world.service().expire(name);
            }
            case 8 -> {
                world.trace(() -> "a foreign owner takes " + name);
                world.service().takeOver(name);
                world.checker().rivalFor(name);
            }
            case 9 -> {
                world.trace(() -> "the service ends the session of " + name);
                world.service().endSession(name);
            }
            case 10 -> {
                if (client.isRunning()) {
                    world.trace(() -> "client " + client.index + " closes");
                    client.close();
                }
            }
            default -> {
                world.trace(() -> "client " + client.index + " is killed");
                world.time().kill(client.index);
            }
        }
    }
}
