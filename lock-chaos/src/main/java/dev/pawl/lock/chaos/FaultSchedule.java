package dev.pawl.lock.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The faults of a run, drawn from its seed: the same for the same arguments. */
final class FaultSchedule {

    private static final long LEAST_GAP_MILLIS = 100;
    private static final double[] STOPS = {0.5, 1.2, 3};
    private static final double[] SHORT_STOPS = {0.5, 1.2};

    /** The others go on without it; the last is longer than three ZooKeeper servers wait for their leader. */
    private static final double[] STOPS_OF_ONE = {0.5, 1.2, 5};

    private static final int REPLIES = 6;

    private final Random random;
    private final int clients;
    private final Duration lease;

    private FaultSchedule(long seed, int clients, Duration lease) {
        random = new Random(seed);
        this.clients = clients;
        this.lease = lease;
    }

    /**
     * Draws a schedule. Kinds come like cards of a deck that is shuffled again when it is used up, so that none is rare.
     *
     * @param seed the seed
     * @param time from the first fault to the last
     * @param kinds which faults
     * @param clients how many clients there are
     * @param lease the lease time, which most times are fractions of
     * @return the faults, by time
     */
    static List<Fault> draw(long seed, Duration time, Collection<FaultKind> kinds, int clients, Duration lease) {
        return new FaultSchedule(seed, clients, lease).draw(time, kinds);
    }

    private List<Fault> draw(Duration time, Collection<FaultKind> kinds) {
        List<Fault> faults = new ArrayList<>();
        List<FaultKind> deck = new ArrayList<>();
        Duration at = gap();
        while (at.compareTo(time) < 0) {
            if (deck.isEmpty()) {
                kinds.stream().sorted().forEach(deck::add);
                Collections.shuffle(deck, random);
            }
            faults.add(fault(deck.remove(deck.size() - 1), at));
            at = at.plus(gap());
        }
        return faults;
    }

    /** A lease in the mean: many faults fall into the time that another one has effects. */
    private Duration gap() {
        return Duration.ofMillis(LEAST_GAP_MILLIS).plus(leases(2 * random.nextDouble() * random.nextDouble() * 2));
    }

    private Fault fault(FaultKind kind, Duration at) {
        int client = random.nextInt(clients);
        return switch (kind) {
            case KILL_CLIENT -> new Fault(kind, at, client, leases(random.nextDouble() / 2), 0);
            case STOP_CLIENT, STOP_BEFORE_WRITE, PARTITION, HOLD_REQUESTS, HOLD_REPLIES ->
                new Fault(kind, at, client, leases(STOPS[random.nextInt(STOPS.length)]), 0);
            case STEP_CLOCK -> {
                int step = (int) leases(2).toMillis();
                yield new Fault(
                        kind, at, client, leases(2 + 2 * random.nextDouble()), random.nextBoolean() ? step : -step);
            }
            case DELAY ->
                new Fault(
                        kind,
                        at,
                        client,
                        leases(1 + 2 * random.nextDouble()),
                        5 + random.nextInt((int) leases(0.4).toMillis()));
            case DROP_REPLY -> new Fault(kind, at, client, leases(0.5), 1 + random.nextInt(REPLIES));
            case KILL_SERVER, EMPTY_SERVER, KILL_ONE_SERVER ->
                new Fault(kind, at, client, leases(random.nextDouble()), 0);
            case STOP_SERVER -> new Fault(kind, at, client, leases(SHORT_STOPS[random.nextInt(SHORT_STOPS.length)]), 0);
            case STOP_ONE_SERVER, STOPPED_REPLICA ->
                new Fault(kind, at, client, leases(STOPS_OF_ONE[random.nextInt(STOPS_OF_ONE.length)]), 0);
            case DEMOTE -> new Fault(kind, at, client, leases(STOPS[random.nextInt(STOPS.length)]), 0);
            case REVOKE, FORCE_RELEASE -> new Fault(kind, at, client, leases(0.5 + random.nextDouble()), 0);
            case SILENT_CONNECTION, RESET, CUT_WAKE_UPS, END_SESSIONS, EXPIRE_SESSION, REAP_PARENTS ->
                new Fault(kind, at, client, Duration.ZERO, 0);
        };
    }

    private Duration leases(double count) {
        return Duration.ofMillis((long) (count * lease.toMillis()));
    }
}
