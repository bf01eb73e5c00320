package dev.pawl.lock.internal;

import dev.pawl.lock.LockOptions;
import dev.pawl.lock.memory.MemoryBackend;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One schedule: some clients, a service, and what befalls them, all drawn from a seed and run on one thread in virtual time.
 * First trouble, then calm: then every request ends, every lease is closed, and nothing may be left.
 */
final class Simulation {

    private static final long MILLI = SimulatedWeather.MILLI;
    private static final long MOST_STEPS = 100_000;
    private static final int TRACED = 150;

    private final long seed;
    private final SimulationDefect defect;
    private final boolean tracing;
    private final Deque<String> trace = new ArrayDeque<>();
    private final SplittableRandom plan;
    private final SimulatedScheduler time = new SimulatedScheduler();
    private final SimulatedService service;
    private final SimulationChecker checker = new SimulationChecker(this);
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final List<String> names;
    private final List<LockOptions> options;
    private final long lease;
    private final boolean clockJumps;
    private final boolean probing;
    private final boolean calm;
    private SimulatedWeather weather;
    private boolean closing;
    private long steps;
    private long digest;

    Simulation(long seed, SimulationDefect defect, boolean tracing) {
        this.seed = seed;
        this.defect = defect;
        this.tracing = tracing;
        this.plan = chance("plan", 0, 0);
        long origin = plan.nextInt(4) == 0 ? Long.MAX_VALUE - 500 * MILLI : plan.nextLong();
        this.service = new SimulatedService(
                MemoryBackend.builder().ticker(() -> origin + time.now()).build(), defect);
        int mood = plan.nextInt(10);
        this.weather =
                mood < 3 ? SimulatedWeather.calm() : mood < 5 ? SimulatedWeather.hazy() : SimulatedWeather.stormy(plan);
        this.calm = weather.isCalm();
        this.lease = (calm ? plan.nextLong(100, 400) : plan.nextLong(60, 1_000)) * MILLI;
        this.clockJumps = plan.nextInt(20) == 0;
        this.probing = plan.nextInt(4) != 0;
        this.names = List.of("a", "b", "c").subList(0, plan.nextInt(1, 4));
        this.options = List.of(anyOptions(), anyOptions());
        int crowd = plan.nextInt(1, 5);
        for (int i = 0; i < crowd; i++) {
            clients.add(new SimulatedClient(i, this, options.get(0)));
        }
    }

    private LockOptions anyOptions() {
        int grants = plan.nextInt(3) == 0 ? 0 : plan.nextInt(1, 20);
        return LockOptions.builder()
                .leaseTime(Duration.ofMillis(lease / MILLI))
                .renewal(plan.nextInt(4) != 0)
                .handOff(grants, Duration.ofMillis(grants == 0 ? 0 : plan.nextInt(1, 200)))
                .retryCeiling(Duration.ofMillis(calm ? 2_000 : plan.nextInt(10, 2_000)))
                .build();
    }

    // --- for its parts -----------------------------------------------------------------------------------------

    SimulatedScheduler time() {
        return time;
    }

    SimulatedService service() {
        return service;
    }

    SimulationChecker checker() {
        return checker;
    }

    SimulationDefect defect() {
        return defect;
    }

    List<SimulatedClient> clients() {
        return clients;
    }

    List<String> names() {
        return names;
    }

    SimulatedWeather weather() {
        return weather;
    }

    /** Nothing fails in this schedule, from its beginning to its end. */
    boolean isCalm() {
        return calm;
    }

    long lease() {
        return lease;
    }

    boolean clockJumps() {
        return clockJumps;
    }

    /** Chance of one part's own, so that it does not depend on what others draw. */
    SplittableRandom chance(String part, int index, int detail) {
        long mixed = seed * 0x9E3779B97F4A7C15L + part.hashCode();
        return new SplittableRandom(new SplittableRandom(mixed * 31 + index).nextLong() + detail);
    }

    void trace(Supplier<String> what) {
        if (tracing) {
            if (trace.size() == TRACED) {
                trace.removeFirst();
            }
            trace.add(String.format("%12.6f ms  %s", time.now() / 1e6, what.get()));
        }
    }

    String report() {
        return "seed " + seed + (defect == SimulationDefect.NONE ? "" : " with " + defect) + ", lease " + lease / MILLI
                + " ms, " + weather + ", " + options + "\n" + String.join("\n", trace);
    }

    /** The instants at which something happened, as one number. */
    long digest() {
        return digest;
    }

    // --- the run -----------------------------------------------------------------------------------------------

    /** Runs the schedule; returns the first violation, or null. */
    @Nullable
    String run() {
        SimulatedTrouble trouble = new SimulatedTrouble(this, options);
        long end = trouble.plan(chance("trouble", 0, 0));
        time.after(end, SimulatedScheduler.WORLD, null, () -> {});
        while (checker.violation() == null && time.now() < end) {
            step();
        }
        if (checker.violation() == null) {
            heal();
            settle("every request ends", 6 * lease + 10_000 * MILLI, this::hasOpenRequests);
            settle("the timers come to rest", 4 * lease + 3_000 * MILLI, () -> true);
        }
        if (checker.violation() == null) {
            checker.atRest();
        }
        return checker.violation();
    }

    private boolean step() {
        boolean more = time.step();
        if (++steps > MOST_STEPS) {
            checker.violated("liveness: time goes on");
        }
        digest = digest * 31 + time.now();
        checker.afterStep(probing || steps % 16 == 0);
        return more;
    }

    private boolean hasOpenRequests() {
        return checker.requests().stream().anyMatch(SimulatedRequest::isOpen);
    }

    private void heal() {
        trace(() -> "all is well again");
        closing = true;
        weather = SimulatedWeather.calm();
        time.resumeAll();
        clients.forEach(client -> client.network.heal());
        for (String name : names) {
            if (service.isHeld(name) && service.holder(name) == null) {
                service.expire(name);
            }
        }
        SplittableRandom chance = chance("closing", 0, 0);
        for (SimulatedLease held : checker.current()) {
            time.after(chance.nextLong(50 * MILLI), held.request.client.index, null, () -> close(held));
        }
    }

    private void settle(String what, long limit, Supplier<Boolean> goesOn) {
        long end = time.now() + limit;
        while (checker.violation() == null && goesOn.get() && step()) {
            if (time.now() > end) {
                checker.violated("liveness: " + what + " within " + limit / MILLI + " ms of calm");
            }
        }
        if (checker.violation() == null && hasOpenRequests()) {
            checker.violated("liveness: " + what + ": nothing happens any more, and some requests are open");
        }
    }

    // --- what callers do with a lease --------------------------------------------------------------------------

    void use(SimulatedLease held) {
        SplittableRandom chance = held.request.chance;
        long hold = closing ? chance.nextLong(5 * MILLI) : SimulatedTrouble.anyTime(chance, 2 * lease);
        if (closing || chance.nextInt(10) != 0) {
            time.after(hold, held.request.client.index, null, () -> close(held));
        }
    }

    private void close(SimulatedLease held) {
        SplittableRandom chance = held.request.chance;
        boolean again = held.isCloseAsked();
        if (chance.nextInt(4) == 0) {
            held.close();
        } else {
            held.releaseAsync();
        }
        if (!again && chance.nextInt(4) == 0) {
            time.after(chance.nextLong(5 * MILLI), held.request.client.index, null, () -> close(held));
        }
    }
}
