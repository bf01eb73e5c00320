package dev.pawl.lock.tests.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** What is planted into {@link ToyService}, {@link ToyClient} and the resource, for the harness to find. */
enum Defect {
    /** As right as a simple lock can be. */
    NONE(FaultKind.STOP_BEFORE_WRITE),
    CONSTANT_TOKEN(FaultKind.RESET, 1),
    WALL_CLOCK_TOKEN(FaultKind.STEP_CLOCK, 2),
    /** Of a parent that is reaped as soon as nobody holds. */
    SEQUENCE_NUMBER_AS_TOKEN(FaultKind.RESET, 1),
    RELEASE_WITHOUT_OWNER_CHECK(FaultKind.STOP_BEFORE_WRITE, 4),
    /** A grant that comes late is taken for fresh. */
    NO_VALIDITY_CHECK(FaultKind.HOLD_REPLIES, 5),
    /** A holder that trusts in its lease for ever. */
    NEVER_INVALID(FaultKind.STOP_BEFORE_WRITE, 5),
    NO_FENCE(FaultKind.STOP_BEFORE_WRITE, 3),
    /** Whoever loses its connection waits for ever. */
    FORGETS_WAITERS(FaultKind.RESET, 6),
    /** A hold outlives its holder: it is not taken again, and it is left behind. */
    NEVER_EXPIRES(FaultKind.KILL_CLIENT, 6, 7);

    static final Duration LEASE = Duration.ofMillis(400);

    private static final int FAULTS = 8;
    private static final int FREE_LOCKS = 16;

    private final FaultKind fault;

    @SuppressWarnings("ImmutableEnumChecker") // Set.of is.
    private final Set<Integer> invariants;

    Defect(FaultKind fault, Integer... invariants) {
        this.fault = fault;
        this.invariants = Set.of(invariants);
    }

    /** Some of the invariants that show it. */
    Set<Integer> invariants() {
        return invariants;
    }

    /**
     * What brings it to light: one fault after another, of one client after another. Locks are held nearly all of the time; but for a
     * grant to be among the replies that are held back, locks must be free.
     */
    ChaosPlan plan() {
        boolean wantsFreeLocks = fault == FaultKind.HOLD_REPLIES;
        Duration lasts = LEASE.multipliedBy(wantsFreeLocks ? 8 : 5).dividedBy(4);
        List<Fault> faults = IntStream.range(0, FAULTS)
                .mapToObj(i -> new Fault(
                        fault, Duration.ofMillis(200 + 300 * i), i % ChaosPlan.CLIENTS, lasts, i % 2 == 0 ? 800 : -800))
                .toList();
        ChaosPlan plan = ChaosPlan.of(1, LEASE, faults)
                .played(ToyClient.class, this == NO_FENCE ? UnfencedResource.class : FencedResource.class);
        return wantsFreeLocks ? plan.holding(LEASE.dividedBy(200)).on(FREE_LOCKS) : plan.holding(LEASE.dividedBy(2));
    }
}
