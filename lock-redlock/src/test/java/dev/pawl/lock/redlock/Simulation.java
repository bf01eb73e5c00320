package dev.pawl.lock.redlock;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One schedule: some clients, three or five nodes, one lock, and what befalls them, all drawn from a seed and run on one thread
 * in virtual time. First trouble, then calm: then every request ends and nothing may be left.
 */
final class Simulation {

    static final long MILLI = 1_000_000;
    private static final long MOST_STEPS = 500_000;
    private static final int TRACED = 250;

    private final long seed;
    private final Mutant mutant;
    private final boolean tracing;
    private final Deque<String> trace = new ArrayDeque<>();
    private final SplittableRandom chance;
    private final SimulatedTime time;
    private final Checker checker;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final List<SimulatedRequest> requests = new ArrayList<>();
    private final Weather.Mood mood;
    private final long lease;
    private final boolean renewing;
    private final long length;
    private final boolean wildProposals;

    /** Proposals are next to nothing, so that counters go up by one and any two tokens are close; leases hardly ever last. */
    private final boolean harsh;

    private final Weather planned;
    private Weather weather;
    private boolean calm;
    private long steps;
    private long digest;
    private long underWayUntil;

    Simulation(long seed, Mutant mutant, boolean tracing) {
        this.seed = seed;
        this.mutant = mutant;
        this.tracing = tracing;
        chance = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 1);
        weather = Weather.of(chance);
        planned = weather;
        mood = weather.mood();
        int size = chance.nextInt(3) == 0 ? 5 : 3;
        int crowd = mood == Weather.Mood.RUSH ? chance.nextInt(3, 13) : chance.nextInt(2, 5);
        int span = chance.nextInt(8);
        lease = span == 0
                ? chance.nextLong(20_000, 30_000)
                : span == 1 ? chance.nextLong(4_000, 8_000) : chance.nextLong(60, 400);
        renewing = chance.nextInt(3) != 0;
        length = Math.min(5 * lease, span == 1 ? 6_000 : 2_000) * MILLI;
        time = new SimulatedTime(1 + size + crowd);
        checker = new Checker(this);
        wildProposals = mood != Weather.Mood.FORGETFUL && chance.nextBoolean();
        harsh = mood == Weather.Mood.TIMELESS && chance.nextInt(4) != 0;
        for (int i = 0; i < size; i++) {
            boolean sane = mood == Weather.Mood.FORGETFUL && (i < Quorum.majorityOf(size) || chance.nextBoolean());
            long offset = sane ? chance.nextLong(-5_000, 5_000) : anyDay();
            nodes.add(new SimulatedNode(i, 1 + i, time, chance.nextLong(-4_000, 4_000), offset));
        }
        for (int i = 0; i < crowd; i++) {
            clients.add(
                    new SimulatedClient(this, i, 1 + size + i, chance.nextLong() >> 2, chance.nextLong(-4_000, 4_000)));
        }
    }

    /** Clocks that agree within a millisecond, or do not even know the year. */
    private long anyDay() {
        return chance.nextInt(3) == 0 ? chance.nextLong(-500_000_000, 500_000_000) : chance.nextLong(-1_000, 1_000);
    }

    // --- for its parts -----------------------------------------------------------------------------------------------

    SimulatedTime time() {
        return time;
    }

    Checker checker() {
        return checker;
    }

    Mutant mutant() {
        return mutant;
    }

    Weather weather() {
        return weather;
    }

    /** Whether nothing fails in this schedule, from its beginning to its end. */
    boolean isFine() {
        return mood == Weather.Mood.CALM || mood == Weather.Mood.RUSH;
    }

    Weather.Mood mood() {
        return mood;
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    List<SimulatedClient> clients() {
        return clients;
    }

    List<SimulatedRequest> requests() {
        return requests;
    }

    int majority() {
        return Quorum.majorityOf(nodes.size());
    }

    /** What the clients take for one. */
    int acceptedMajority() {
        return mutant == Mutant.MINORITY_ACCEPTED ? majority() - 1 : majority();
    }

    long leaseMillis() {
        return lease;
    }

    long leaseNanos() {
        return lease * MILLI;
    }

    /** As {@code LockOptions}: the larger of 1 % of the lease and 2 ms. */
    long margin() {
        return Math.max(leaseNanos() / 100, 2 * MILLI);
    }

    boolean renews() {
        return renewing;
    }

    /** When a request is given up on. */
    long ioLimit() {
        return 40 * MILLI;
    }

    /** A message arrives, or a node starts, only then. */
    void underWayUntil(long at) {
        underWayUntil = Math.max(underWayUntil, at);
    }

    boolean chance(double probability) {
        return probability > 0 && chance.nextDouble() < probability;
    }

    /** As on connecting. Where days are not sane, a client may also have to begin without. */
    boolean hearsTimeFirst() {
        return mutant != Mutant.FIRST_PROPOSAL_IS_LEFT_TO_THE_NODES
                && (mood == Weather.Mood.FORGETFUL || chance.nextBoolean());
    }

    /** The order of tokens may not depend on what is proposed: where days are not sane, that is almost anything. */
    long proposal(long honest) {
        if (harsh) {
            return 1 + chance.nextLong(3);
        }
        return wildProposals && honest > 0 ? honest + chance.nextLong(-5_000, 5_000) : honest;
    }

    /** Some clients are far from some nodes. */
    long distance() {
        return !isFine() && chance.nextInt(3) == 0 ? chance.nextLong(8 * MILLI) : 0;
    }

    long travel(SimulatedClient client, SimulatedNode node) {
        if (mood == Weather.Mood.RUSH) {
            boolean near = node.index % clients.size() == client.index || node.index == client.index % nodes.size();
            return near ? MILLI / 10 : 3 * MILLI / 10;
        }
        if (!chance(weather.slow())) {
            return chance.nextLong(50_000, MILLI);
        }
        // Every order of magnitude is as likely: races between a few messages need all of them.
        double span = Math.log(Math.min(2.0 * lease, 800));
        return (long) (Math.exp(chance.nextDouble(span)) * MILLI);
    }

    long holdTime() {
        if (calm || chance.nextInt(3) != 0) {
            return chance.nextLong(chance.nextBoolean() ? MILLI : 5 * MILLI);
        }
        return chance.nextLong(lease > 10_000 ? 500 * MILLI : 2 * leaseNanos());
    }

    long anInstantOf(long time) {
        return chance.nextLong(1 + time / 2);
    }

    long backOff(long bound) {
        return mutant == Mutant.NO_RANDOM_BACK_OFF ? bound - 1 : chance.nextLong(bound);
    }

    /** A node tells a member that it is free; whether anybody listens. */
    boolean tell(String member) {
        int colon = member.indexOf(':');
        SimulatedClient client = clients.get(Integer.parseInt(member.substring(0, colon)));
        if (time.isDead(client.party)) {
            return false;
        }
        if (!chance(weather.deaf())) {
            String owner = member.substring(colon + 1);
            time.after(
                    chance.nextLong(50_000, MILLI),
                    client.party,
                    () -> client.quorum.wakeUps().heard(owner));
        }
        return true;
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
        return "seed " + seed + (mutant == Mutant.NONE ? "" : " with " + mutant) + ", " + nodes.size()
                + " nodes, lease " + lease + " ms, " + planned + "\n" + String.join("\n", trace);
    }

    /** The instants at which something happened, as one number. */
    long digest() {
        return digest;
    }

    // --- the run -----------------------------------------------------------------------------------------------------

    /** Runs the schedule; returns the first violation, or null. */
    @Nullable
    String run() {
        plan();
        time.after(length, SimulatedTime.WORLD, () -> {});
        while (checker.violation() == null && time.now() < length && step()) {
            // Every step is checked.
        }
        if (checker.violation() == null) {
            heal();
            long end = time.now() + 2 * leaseNanos() + 10_000 * MILLI;
            settle(end, () -> requests.stream().anyMatch(SimulatedRequest::isOpen), "every request ends");
            settle(end, () -> clients.stream().anyMatch(SimulatedClient::isUndoing), "every undoing ends");
            // What a majority has confirmed is still being asked of the others.
            long rest = Math.max(time.now(), underWayUntil) + 2_500 * MILLI;
            time.after(rest - time.now() + 1, SimulatedTime.WORLD, () -> {});
            settle(Long.MAX_VALUE, () -> time.now() <= rest, "time goes on");
        }
        if (checker.violation() == null) {
            checker.atRest();
        }
        return checker.violation();
    }

    private boolean step() {
        boolean more = time.step();
        digest = digest * 31 + time.now();
        if (++steps > MOST_STEPS) {
            checker.violated("liveness: no end after " + steps + " steps");
        }
        return more;
    }

    private void settle(long end, Supplier<Boolean> goesOn, String what) {
        while (checker.violation() == null && goesOn.get()) {
            if (!step() || time.now() > end) {
                checker.violated("liveness: " + what + " in the calm");
            }
        }
    }

    private void plan() {
        boolean rush = mood == Weather.Mood.RUSH;
        boolean bursts = rush || chance.nextInt(3) != 0;
        long jitter = chance.nextLong(2, 5 * MILLI);
        for (SimulatedClient client : clients) {
            int count = rush ? 3 : chance.nextInt(1, 8) * (harsh ? 3 : 1);
            for (int i = 0; i < count; i++) {
                long burst = i * length / (harsh ? 24 : 8) + (rush ? 0 : chance.nextLong(1, jitter));
                time.after(bursts ? burst : chance.nextLong(length), client.party, () -> request(client));
            }
        }
        int strokes = harsh ? chance.nextInt(500) : weather.strokes();
        for (int i = 0; i < strokes; i++) {
            time.after(chance.nextLong(length), SimulatedTime.WORLD, this::stroke);
        }
        if (mutant == Mutant.NODE_RESTARTED_EMPTY_WITHIN_THE_LEASE) {
            time.after(
                    chance.nextLong(length),
                    SimulatedTime.WORLD,
                    () -> anyNode().memory.forget());
        }
    }

    private void request(SimulatedClient client) {
        boolean busy = requests.stream().anyMatch(request -> request.client == client && request.isOpen());
        if (busy || calm) {
            // The engine has one contest for a name at a time.
            return;
        }
        boolean patient = isFine() || chance.nextInt(4) != 0;
        SimulatedRequest request =
                new SimulatedRequest(this, client, patient, chance.nextBoolean() ? 1 : chance.nextInt(2, 66));
        requests.add(request);
        request.attempt();
        if (!isFine() && chance.nextInt(3) == 0) {
            time.after(chance.nextLong(2 * Math.min(lease, 100) * MILLI), client.party, request::withdraw);
        }
    }

    private SimulatedNode anyNode() {
        return nodes.get(chance.nextInt(nodes.size()));
    }

    private long aWhile() {
        return chance.nextLong(Math.min(2 * leaseNanos(), 3 * length / 4));
    }

    private void stroke() {
        SimulatedClient client = clients.get(chance.nextInt(clients.size()));
        SimulatedNode node = anyNode();
        boolean leaseEnds = harsh && chance.nextInt(16) != 0;
        int drawn = leaseEnds ? 9 : chance.nextInt(mood == Weather.Mood.TIMELESS ? 10 : 7);
        if (drawn == 0) {
            trace(() -> client + " is stopped");
            time.stop(client.party, aWhile());
        } else if (drawn == 1 && clients.size() > 1) {
            trace(() -> client + " is killed");
            time.kill(client.party);
        } else if (drawn == 2) {
            trace(() -> "node-" + node.index + " is stopped");
            time.stop(node.party, aWhile());
        } else if (drawn <= 4) {
            crash(node);
        } else if (drawn <= 6 && mood != Weather.Mood.FORGETFUL) {
            trace(() -> "node-" + node.index + "'s time of day jumps");
            node.jump(chance.nextLong(-50_000_000, 50_000_000));
        } else if (drawn > 6) {
            trace(() -> "the lease at node-" + node.index + " ends");
            node.memory.expire();
        }
    }

    private void crash(SimulatedNode node) {
        if (!node.isUp()) {
            return;
        }
        boolean forgets = mood == Weather.Mood.FORGETFUL && chance.nextBoolean();
        trace(() -> "node-" + node.index + " crashes" + (forgets ? " and forgets" : ""));
        node.crash(forgets);
        // By the node's own clock, should that be fast.
        long away = forgets ? leaseNanos() / 100 * 101 + chance.nextLong(leaseNanos()) + 10 * MILLI : aWhile();
        if (forgets) {
            underWayUntil(time.now() + away);
        }
        time.after(away, SimulatedTime.WORLD, () -> {
            trace(() -> "node-" + node.index + " starts");
            node.start();
        });
    }

    private void heal() {
        trace(() -> "all is well again");
        calm = true;
        weather = Weather.calm();
        time.resumeAll();
        nodes.stream().filter(node -> !node.isForgetting()).forEach(SimulatedNode::start);
    }
}
