package dev.pawl.lock.tests.chaos;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * What a run does.
 *
 * @param seed decides the faults and what the clients do
 * @param faults by time
 * @param clients how many processes
 * @param threads how many in each
 * @param locks how many all of them share
 * @param lease the lease time of all locks
 * @param hold how long a lock is held at the most, but for some, if nothing happens
 * @param calm how long the clients go on after the last fault; invariant 6 wants a lease and 2 s
 * @param clientMain what a client process runs
 * @param resourceMain what the resource's process runs
 */
record ChaosPlan(
        long seed,
        List<Fault> faults,
        int clients,
        int threads,
        int locks,
        Duration lease,
        Duration hold,
        Duration calm,
        Class<?> clientMain,
        Class<?> resourceMain) {

    static final int CLIENTS = 4;
    static final Duration LEASE = Duration.ofMillis(800);

    /** Four processes of three threads on four locks, under faults that the seed draws. */
    static ChaosPlan drawn(long seed, Duration time, Collection<FaultKind> kinds) {
        return of(seed, LEASE, FaultSchedule.draw(seed, time, kinds, CLIENTS, LEASE));
    }

    /** The same under chosen faults. */
    static ChaosPlan of(long seed, Duration lease, List<Fault> faults) {
        return new ChaosPlan(
                seed,
                faults,
                CLIENTS,
                3,
                4,
                lease,
                lease.dividedBy(40),
                lease.plusSeconds(2),
                ChaosClient.class,
                FencedResource.class);
    }

    /** Holds as long as this. */
    ChaosPlan holding(Duration most) {
        return new ChaosPlan(seed, faults, clients, threads, locks, lease, most, calm, clientMain, resourceMain);
    }

    /** On so many locks. */
    ChaosPlan on(int locks) {
        return new ChaosPlan(seed, faults, clients, threads, locks, lease, hold, calm, clientMain, resourceMain);
    }

    /** Other programs in the same parts, soon over. */
    ChaosPlan played(Class<?> client, Class<?> resource) {
        return new ChaosPlan(seed, faults, clients, threads, locks, lease, hold, lease, client, resource);
    }
}
