package dev.pawl.lock.internal;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.Ticker;
import dev.pawl.lock.spi.TokenBlock;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * The way of one client to the service and back. Requests of a name arrive in the order in which they were sent, as the SPI
 * asks; everything else may happen to them. Chance is drawn for each name apart, so that a schedule does not depend on the
 * order of hash tables.
 */
final class SimulatedNetwork implements LockBackend {

    enum Kind {
        ATTEMPT,
        LEAVE,
        RENEW,
        EXTEND,
        RELEASE
    }

    /** What happened so lately that a callback may not know. */
    private static final long JUST = 10 * SimulatedWeather.MILLI;

    private final int client;
    private final Simulation world;
    private final SimulatedService service;
    private final Map<String, SplittableRandom> chances = new HashMap<>();
    private final Map<String, Long> lastArrival = new HashMap<>();
    private final Map<String, Integer> failedAttempts = new HashMap<>();
    private boolean inline;
    private long failingUntil;

    /** When a renewal last failed or was slow. */
    private long renewalTrouble = Long.MIN_VALUE;

    private int renewalsUnderWay;
    private long renewalAnswered = Long.MIN_VALUE / 2;

    SimulatedNetwork(int client, Simulation world) {
        this.client = client;
        this.world = world;
        this.service = world.service();
    }

    SimulationDefect defect() {
        return world.defect();
    }

    int client() {
        return client;
    }

    long now() {
        return world.time().now();
    }

    // --- faults ------------------------------------------------------------------------------------------------

    /** Every request fails for this long. */
    void fail(long time) {
        failingUntil = world.time().now() + time;
    }

    void heal() {
        failingUntil = 0;
    }

    /** Runs something that stands still until it is answered: what is under way arrives, and what it sends is answered at once. */
    void inline(Runnable action) {
        inline = true;
        try {
            world.time().flush(this);
            action.run();
            world.time().flush(this);
        } finally {
            inline = false;
        }
    }

    int failedAttempts(String name) {
        return failedAttempts.getOrDefault(name, 0);
    }

    /** Whether a renewal failed or was slow since then, or was not answered until just now. */
    boolean hadTroubleRenewing(long since) {
        return renewalTrouble >= since || renewalsUnderWay > 0 || now() - renewalAnswered < JUST;
    }

    /** How many messages are under way. */
    int underWay() {
        return world.time().pending(this);
    }

    // --- messages ----------------------------------------------------------------------------------------------

    <T> CompletionStage<T> send(Kind kind, List<String> names, Function<SimulatedService, T> request) {
        SplittableRandom chance = chance(names.get(0));
        SimulatedWeather weather = world.weather();
        Reply<T> reply = new Reply<>(kind, names.get(0));
        world.trace(() -> "client " + client + " sends " + kind + " " + names);
        if (chance.nextDouble() < weather.refused()) {
            reply.trouble();
            throw new IllegalStateException("simulated: refused");
        }
        renewalsUnderWay += kind == Kind.RENEW ? 1 : 0;
        boolean failing = world.time().now() < failingUntil;
        boolean dropped = chance.nextDouble() < weather.dropped() || failing;
        boolean unanswered = chance.nextDouble() < weather.unanswered();
        boolean doubtful = chance.nextDouble() < weather.doubtful();
        boolean duplicated = chance.nextDouble() < weather.duplicated();
        long limit = failing ? weather.travel() : chance.nextLong(weather.travel(), 2 * world.lease());
        if (!dropped) {
            if (duplicated) {
                arrive(names, travel(chance), () -> serve(kind, names, request));
            }
            arrive(names, travel(chance), () -> {
                T answer = serve(kind, names, request);
                if (!unanswered) {
                    after(travel(chance), client, () -> reply.succeed(answer));
                }
            });
        }
        if (dropped || unanswered || doubtful) {
            after(limit, client, reply::fail);
        }
        return reply.future;
    }

    private <T> T serve(Kind kind, List<String> names, Function<SimulatedService, T> request) {
        T answer = request.apply(service);
        world.trace(() -> "service answers " + kind + " " + names + " of client " + client + ": " + answer);
        return answer;
    }

    private void arrive(List<String> names, long delay, Runnable request) {
        long at = world.time().now() + delay;
        for (String name : names) {
            at = Math.max(at, lastArrival.getOrDefault(name, 0L) + 1);
        }
        for (String name : names) {
            lastArrival.put(name, at);
        }
        after(at - world.time().now(), SimulatedScheduler.SERVICE, request);
    }

    private void after(long delay, int party, Runnable action) {
        if (inline) {
            action.run();
        } else {
            world.time().after(delay, party, this, action);
        }
    }

    /** A signal of the service: it may come late, and some are lost. */
    void signal(String name, Runnable signal) {
        SplittableRandom chance = chance(name);
        if (chance.nextDouble() >= world.weather().deaf()) {
            after(travel(chance), client, signal);
        }
    }

    private long travel(SplittableRandom chance) {
        SimulatedWeather weather = world.weather();
        boolean slow = chance.nextDouble() < weather.slow();
        return chance.nextLong(slow ? 2 * world.lease() : weather.travel());
    }

    private SplittableRandom chance(String name) {
        return chances.computeIfAbsent(name, key -> world.chance("network", client, key.hashCode()));
    }

    /** The end of a request at the client; the first one counts. */
    private final class Reply<T> {
        private final CompletableFuture<T> future = new CompletableFuture<>();
        private final Kind kind;
        private final String name;
        private final long sent = world.time().now();

        private Reply(Kind kind, String name) {
            this.kind = kind;
            this.name = name;
        }

        private void trouble() {
            if (kind == Kind.ATTEMPT) {
                failedAttempts.merge(name, 1, Integer::sum);
            } else if (kind == Kind.RENEW) {
                renewalTrouble = world.time().now();
            }
        }

        private void succeed(T answer) {
            if (world.time().now() - sent > world.lease() / 4) {
                trouble();
            }
            end(() -> future.complete(answer));
        }

        private void fail() {
            if (!future.isDone()) {
                trouble();
                world.trace(() -> "client " + client + " sees " + kind + " " + name + " fail");
                end(() -> future.completeExceptionally(new IllegalStateException("simulated: no answer")));
            }
        }

        private void end(Runnable completion) {
            if (kind == Kind.RENEW && !future.isDone()) {
                renewalsUnderWay--;
                renewalAnswered = now();
            }
            completion.run();
        }
    }

    // --- the SPI -----------------------------------------------------------------------------------------------

    @Override
    public Guarantees guarantees() {
        return service.memory().guarantees();
    }

    @Override
    public Ticker ticker() {
        return service.memory().ticker();
    }

    @Override
    public Contender join(Contest contest) {
        return new SimulatedContender(this, contest, service);
    }

    @Override
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        List<SimulatedGrant> grants = due.stream()
                .map(SimulatedGrant.class::cast)
                .sorted(Comparator.comparing(grant -> grant.contest().name()))
                .toList();
        List<String> names =
                grants.stream().map(grant -> grant.contest().name()).distinct().toList();
        return send(Kind.RENEW, names, known -> known.renew(grants));
    }

    @Override
    public CompletionStage<Optional<TokenBlock>> extend(Grant grant, int tokens, Executor blocking) {
        SimulatedGrant known = (SimulatedGrant) grant;
        return send(Kind.EXTEND, List.of(grant.contest().name()), asked -> asked.extend(known, tokens));
    }

    @Override
    public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
        SimulatedGrant known = (SimulatedGrant) grant;
        if (defect() == SimulationDefect.UNWANTED_GRANT_IS_KEPT && !known.delivered) {
            return CompletableFuture.completedFuture(ReleaseOutcome.RELEASED);
        }
        return known.winner().undo(Kind.RELEASE, asked -> asked.release(known));
    }

    @Override
    public CompletionStage<?> ping(Executor blocking) {
        return service.memory().ping(blocking);
    }

    @Override
    public void close() {}
}
