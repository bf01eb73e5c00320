package dev.pawl.lock.chaos;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a run does.
 *
 * @param seed decides the faults and what the clients do
 * @param rounds one after the other
 * @param clients how many processes
 * @param threads how many in each
 * @param locks how many all of them share
 * @param lease the lease time of all locks
 * @param hold how long a lock is held at the most, but for some, if nothing happens
 * @param calm how long the clients go on after the last fault of a round; invariant 6 has a limit of that
 * @param patience how much longer they go on until every lock has been taken again
 * @param clientMain what a client process runs
 * @param resourceMain what the resource's process runs
 */
record ChaosPlan(
        long seed,
        List<Round> rounds,
        int clients,
        int threads,
        int locks,
        Duration lease,
        Duration hold,
        Duration calm,
        Duration patience,
        Class<?> clientMain,
        Class<?> resourceMain) {

    static final int CLIENTS = 4;
    static final Duration LEASE = Duration.ofMillis(800);

    private static final Duration HOLD = LEASE.dividedBy(40);

    /** A minute of faults can end with only one of the {@link #LASTING}. */
    static final Duration ROUND = Duration.ofMinutes(1);

    /** What the seconds of every build have no time for. */
    private static final Set<FaultKind> ONLY_IN_ROUNDS =
            Set.of(FaultKind.SILENT_CONNECTION, FaultKind.DEMOTE, FaultKind.STOPPED_REPLICA);

    /** More than there are seeds of runs: no two rounds are drawn alike. */
    private static final long SEEDS = 1_000_000;

    /** What a client gets over only if it acts itself; a later reset would do it for it. */
    private static final List<FaultKind> LASTING = List.of(FaultKind.SILENT_CONNECTION, FaultKind.DEMOTE);

    /**
     * Faults, and a calm behind them.
     *
     * @param faults by time
     * @param last when those are over: for the time behind them nobody helps a client to get over these
     */
    record Round(List<Fault> faults, List<Fault> last) {}

    /** Four processes of three threads on four locks, under faults that the seed draws. */
    static ChaosPlan drawn(long seed, Duration time, Collection<FaultKind> kinds, Promise promise) {
        if (time.compareTo(ROUND) < 0) {
            List<FaultKind> soonOver = kinds.stream()
                    .filter(kind -> !ONLY_IN_ROUNDS.contains(kind))
                    .toList();
            return chosen(seed, LEASE, FaultSchedule.draw(seed, time, soonOver, CLIENTS, LEASE))
                    .patient(promise.patience());
        }
        int rounds = (int) time.dividedBy(ROUND);
        List<FaultKind> lasting = LASTING.stream().filter(kinds::contains).toList();
        List<Round> drawn = IntStream.range(0, rounds)
                .mapToObj(i -> new Round(
                        FaultSchedule.draw(seed + SEEDS * i, time.dividedBy(rounds), kinds, CLIENTS, LEASE),
                        everybody(lasting.get((int) ((seed + i) % lasting.size())))))
                .toList();
        return of(seed, LEASE, drawn).calm(promise.servedAgainWithin().plus(LEASE));
    }

    /** A fault that comes to all clients at once, when those before it have connected again. */
    private static List<Fault> everybody(FaultKind kind) {
        return IntStream.range(0, kind.isOfOneClient() ? CLIENTS : 1)
                .mapToObj(client -> new Fault(kind, LEASE, client, LEASE, 0))
                .toList();
    }

    /** The same under chosen faults. */
    static ChaosPlan chosen(long seed, Duration lease, List<Fault> faults) {
        return of(seed, lease, List.of(new Round(faults, List.of())));
    }

    /** The same under one fault after the other, each in a round of its own. */
    static ChaosPlan oneByOne(long seed, Duration lease, List<Fault> faults) {
        return of(
                seed,
                lease,
                faults.stream()
                        .map(fault -> new Round(List.of(fault), List.of()))
                        .toList());
    }

    private static ChaosPlan of(long seed, Duration lease, List<Round> rounds) {
        return new ChaosPlan(
                seed,
                rounds,
                CLIENTS,
                3,
                4,
                lease,
                HOLD,
                lease.plusSeconds(2),
                Duration.ZERO,
                ChaosClient.class,
                FencedResource.class);
    }

    /** Holds as long as this. */
    ChaosPlan holding(Duration most) {
        return new ChaosPlan(
                seed, rounds, clients, threads, locks, lease, most, calm, patience, clientMain, resourceMain);
    }

    /** On so many locks. */
    ChaosPlan on(int locks) {
        return new ChaosPlan(
                seed, rounds, clients, threads, locks, lease, hold, calm, patience, clientMain, resourceMain);
    }

    /** Other programs in the same parts, soon over. */
    ChaosPlan played(Class<?> client, Class<?> resource) {
        return new ChaosPlan(seed, rounds, clients, threads, locks, lease, hold, lease, patience, client, resource);
    }

    /** With so much time behind the faults. */
    ChaosPlan calm(Duration time) {
        return new ChaosPlan(
                seed, rounds, clients, threads, locks, lease, hold, time, patience, clientMain, resourceMain);
    }

    /** With so much more time behind the faults as the machine needs. */
    ChaosPlan patient(Duration time) {
        return new ChaosPlan(seed, rounds, clients, threads, locks, lease, hold, calm, time, clientMain, resourceMain);
    }
}
