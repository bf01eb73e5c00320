package dev.pawl.lock.chaos;

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
    /** A connection that does not answer is asked again and again. */
    KEEPS_SILENT_CONNECTION(FaultKind.SILENT_CONNECTION, 6),
    /** A connection that does not answer is waited for longer than the request allows. */
    WAITS_PAST_ITS_LIMIT(FaultKind.SILENT_CONNECTION, 8),
    /** A server that refuses to write is asked again and again. */
    KEEPS_DEMOTED_CONNECTION(FaultKind.DEMOTE, 6),
    /** A hold outlives its holder: it is not taken again, and it is left behind. */
    NEVER_EXPIRES(FaultKind.KILL_CLIENT, 6, 7),
    /** A revocation does not wait for the holder. */
    REVOKE_FREES_AT_ONCE(FaultKind.REVOKE, 4),
    /** A lock is taken from whoever has it by now, whomever the operator has seen. */
    TAKES_FROM_ANYBODY(FaultKind.FORCE_RELEASE, 10),
    /** The operator is given the token that the holder has, so that a guard goes on to take its writes. */
    RAISES_NOTHING(FaultKind.FORCE_RELEASE, 10),
    /** The service forgets the raised token, so that a guard refuses the next holder. */
    FORGETS_WHAT_IT_RAISED(FaultKind.FORCE_RELEASE, 10);

    static final Duration LEASE = Duration.ofMillis(400);

    /** How long a right client waits for an answer. */
    static final Duration EXCHANGE = Duration.ofSeconds(1);

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
        return plan(fault);
    }

    /** What would bring to light a client that does not get over this. */
    ChaosPlan plan(FaultKind fault) {
        boolean wantsFreeLocks = fault == FaultKind.HOLD_REPLIES;
        boolean isLasting = fault == FaultKind.SILENT_CONNECTION || fault == FaultKind.DEMOTE;
        // Of one that lasts, others are to go on.
        int harmed = isLasting ? ChaosPlan.CLIENTS / 2 : ChaosPlan.CLIENTS;
        Duration lasts = LEASE.multipliedBy(wantsFreeLocks ? 8 : 5).dividedBy(4);
        List<Fault> faults = IntStream.range(0, FAULTS)
                .mapToObj(i ->
                        new Fault(fault, Duration.ofMillis(200 + 300 * i), i % harmed, lasts, i % 2 == 0 ? 800 : -800))
                .toList();
        ChaosPlan plan = ChaosPlan.chosen(1, LEASE, faults)
                .played(ToyClient.class, this == NO_FENCE ? UnfencedResource.class : FencedResource.class);
        if (isLasting) {
            plan = plan.calm(Duration.ofSeconds(6));
        }
        return wantsFreeLocks ? plan.holding(LEASE.dividedBy(200)).on(FREE_LOCKS) : plan.holding(LEASE.dividedBy(2));
    }
}
