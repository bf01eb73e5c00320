package dev.pawl.lock.tests.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.tests.chaos.Event.Kind;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checker finds what is wrong in a history, shows the smallest part of it, and accuses nobody else. */
final class CheckerTest {

    private static final int SEEDS = 200;

    private static final Promise STRICT = Promise.strict(Duration.ofMillis(Recorded.LEASE));
    private static final Promise NOT_WITHOUT_DATA = new Promise(
            Set.of(FaultKind.EMPTY_SERVER), Set.of(FaultKind.EMPTY_SERVER), Duration.ofMillis(Recorded.LEASE));

    private static List<Violation> violations(Recorded recorded) {
        return Checker.check(STRICT, recorded.history());
    }

    private static void assertOnly(Recorded recorded, Integer... invariants) {
        assertThat(violations(recorded).stream().map(Violation::invariant).distinct())
                .containsExactly(invariants);
    }

    @Test
    void aRightService_isNotAccused() {
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(violations(Recorded.ofARightService(seed)))
                    .as("seed " + seed)
                    .isEmpty();
        }
    }

    private static final long MIDDLE = 700_000_000;

    /**
     * Something that services and clients get wrong.
     *
     * @param name what
     * @param shows the invariants that it may violate
     * @param mutation what it makes of an event
     */
    record Mutant(String name, Set<Integer> shows, UnaryOperator<Event> mutation) {

        Recorded of(Recorded recorded) {
            return recorded.mutated(mutation);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Mutant> mutants() {
        return List.of(
                new Mutant("constant token", Set.of(1, 2), event -> tokened(event, 7)),
                // A clock that is set back in the middle.
                new Mutant(
                        "wall-clock token",
                        Set.of(1, 2, 3, 5),
                        event -> tokened(event, event.at() < MIDDLE ? event.token() + 1_000 : event.token())),
                // A parent that is reaped when it is empty, and its sequence with it.
                new Mutant(
                        "sequence number as token",
                        Set.of(1, 2, 3, 5),
                        event -> tokened(event, event.token() % 50 + 1)),
                // Whoever releases late frees the lock of its successor: the claims overlap.
                new Mutant(
                        "release without owner check",
                        Set.of(4),
                        event -> event.kind() == Kind.RELEASE ? moved(event, 100) : event),
                // The holder looks at its lease when the next one has it.
                new Mutant(
                        "no validity check after a slow grant",
                        Set.of(5),
                        event -> event.kind() == Kind.VALID ? moved(event, 100) : event),
                new Mutant(
                        "no fence",
                        Set.of(3),
                        event -> event.kind() == Kind.ACCEPTED && event.op() % 5 == 0 ? moved(event, 400) : event));
    }

    private static Event tokened(Event event, long token) {
        return new Event(
                event.at(),
                event.kind(),
                event.process(),
                event.op(),
                event.lock(),
                event.token() == 0 ? 0 : token,
                event.until(),
                event.note());
    }

    private static Event moved(Event event, long millis) {
        long by = millis * 1_000_000;
        return new Event(
                event.at() + by,
                event.kind(),
                event.process(),
                event.op(),
                event.lock(),
                event.token(),
                event.until() == 0 ? 0 : event.until() + by,
                event.note());
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void everyMutant_isCaught(Mutant mutant) {
        Map<Integer, Integer> found = new TreeMap<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            Recorded mutated = mutant.of(Recorded.ofARightService(seed));
            List<Violation> violations = violations(mutated);
            assertThat(violations).as(mutant + ", seed " + seed).isNotEmpty();
            violations.stream().map(Violation::invariant).distinct().forEach(it -> found.merge(it, 1, Integer::sum));
        }
        assertThat(found.keySet()).isSubsetOf(mutant.shows);
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSmallestPart_showsTheSameAlone(Mutant mutant) {
        for (Violation violation : violations(mutant.of(Recorded.ofARightService(1)))) {
            assertThat(violation.evidence()).hasSizeLessThanOrEqualTo(8);
            assertThat(Checker.check(STRICT, History.of(violation.evidence())).stream()
                            .map(Violation::invariant))
                    .contains(violation.invariant());
        }
    }

    // 1 and 2

    @Test
    void requestsThatOverlap_mayReturnInAnyOrder() {
        Recorded recorded = new Recorded()
                .granted("c0.1", 1, "a", 9, 0, 10)
                .add(20, Kind.RELEASE, "c0.1", 1, "a", 9, 0)
                .granted("c1.1", 1, "a", 8, 9, 30);
        assertOnly(recorded);
    }

    @Test
    void aRequestThatBeganOneInstantLater_mustHaveALargerToken() {
        Recorded recorded = new Recorded().held("c0.1", 1, "a", 9, 0, 10, 20).held("c1.1", 1, "a", 8, 11, 30, 40);
        assertThat(violations(recorded)).anyMatch(violation -> violation.invariant() == 2);
    }

    @ParameterizedTest
    @EnumSource(names = {"ACCEPTED", "REFUSED"})
    void aWriteUnderATokenThatNobodyReturnedWith_isFound(Kind kind) {
        Recorded neverReturned =
                new Recorded().add(0, Kind.INVOKE, "c0.1", 1, "a", 0, 0).add(20, kind, "c0.1", 1, "a", 9, 0);
        assertOnly(neverReturned, 1);
        Recorded another = new Recorded().granted("c0.1", 1, "a", 9, 0, 10).add(20, kind, "c0.1", 1, "a", 10, 0);
        assertOnly(another, 1);
        assertOnly(new Recorded().granted("c0.1", 1, "a", 9, 0, 10).add(20, kind, "c0.1", 1, "a", 9, 0));
    }

    @Test
    void tokensOfTwoLocks_haveNothingToDoWithEachOther() {
        assertOnly(new Recorded().held("c0.1", 1, "a", 9, 0, 10, 20).held("c0.1", 2, "b", 9, 30, 40, 50));
    }

    // 4

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aClaim_endsWithTheCallOfTheRelease(int overlap) {
        Recorded recorded =
                new Recorded().held("c0.1", 1, "a", 1, 0, 10, 100).held("c1.1", 1, "a", 2, 0, 100 - overlap, 200);
        assertThat(violations(recorded)).hasSize(overlap);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aClaimThatNobodyEnds_endsWithItsLastKnownDeadline(int overlap) {
        Recorded recorded = new Recorded()
                .granted("c0.1", 1, "a", 1, 0, 10)
                .add(50, Kind.VALID, "c0.1", 1, "a", 1, 900)
                .held("c1.1", 1, "a", 2, 0, 900 - overlap, 2_000);
        assertThat(violations(recorded)).hasSize(overlap);
    }

    @Test
    void aKilledHolder_claimsNothing() {
        Recorded recorded = new Recorded()
                .granted("c0.1", 1, "a", 1, 0, 10)
                .add(30, Kind.KILLED, "c0.1", 0, "", 0, 0)
                .held("c1.1", 1, "a", 2, 0, 40, 60);
        assertOnly(recorded);
    }

    @Test
    void aLeaseLostBeforeItsDeadline_isClaimedAsLongAsItWasSeenValid() {
        Recorded recorded = new Recorded()
                .granted("c0.1", 1, "a", 1, 0, 10)
                .add(50, Kind.VALID, "c0.1", 1, "a", 1, 850)
                .add(100, Kind.LOST, "c0.1", 1, "a", 1, 0);
        assertOnly(recorded.held("c1.1", 1, "a", 2, 0, 60, 90));
        assertThat(violations(recorded.held("c2.1", 1, "a", 3, 0, 40, 45))).isNotEmpty();
    }

    @Test
    void aLeaseThatWasOverWhenItsHolderGotToSeeIt_claimsNothing() {
        Recorded stoodStill = new Recorded()
                .held("c0.1", 1, "a", 2, 0, 10, 100)
                .add(0, Kind.INVOKE, "c1.1", 1, "a", 0, 0)
                .add(50, Kind.OK, "c1.1", 1, "a", 1, 50);
        assertOnly(stoodStill);
        Recorded went = new Recorded()
                .held("c0.1", 1, "a", 2, 0, 10, 100)
                .add(0, Kind.INVOKE, "c1.1", 1, "a", 0, 0)
                .add(50, Kind.OK, "c1.1", 1, "a", 1, 51);
        assertOnly(went, 4);
    }

    @Test
    void aLeaseThatWasOver_andCallsItselfValidAgain_claims() {
        Recorded revived = new Recorded()
                .held("c0.1", 1, "a", 1, 0, 10, 100)
                .add(0, Kind.INVOKE, "c1.1", 1, "a", 0, 0)
                .add(50, Kind.OK, "c1.1", 1, "a", 2, 50)
                .add(200, Kind.VALID, "c1.1", 1, "a", 2, 900);
        assertThat(violations(revived)).anyMatch(violation -> violation.invariant() == 4);
    }

    @Test
    void oneClaimOverTwo_isTwoViolations() {
        Recorded recorded = new Recorded()
                .held("c0.1", 1, "a", 1, 0, 10, 500)
                .held("c1.1", 1, "a", 2, 0, 600, 700)
                .granted("c2.1", 1, "a", 3, 0, 550)
                .held("c1.1", 2, "a", 4, 0, 800, 900);
        assertThat(violations(recorded).stream().filter(violation -> violation.invariant() == 4))
                .hasSize(2);
    }

    // What is assumed

    private static Stream<Integer> excused(Recorded recorded) {
        return Checker.check(NOT_WITHOUT_DATA, recorded.history()).stream().map(Violation::invariant);
    }

    private static Recorded twoHolders() {
        return new Recorded().held("c0.1", 1, "a", 5, 1_000, 1_010, 1_500).held("c1.1", 1, "a", 4, 1_020, 1_100, 1_200);
    }

    @Test
    void whatABackendDoesNotPromise_isExcused() {
        assertThat(excused(twoHolders())).containsExactlyInAnyOrder(2, 4, 5);
        assertThat(excused(twoHolders().fault(FaultKind.EMPTY_SERVER, FaultSpan.EVERYBODY, 1_050, 1_060)))
                .isEmpty();
    }

    @Test
    void aFaultOfAnotherKindOrTime_excusesNothing() {
        assertThat(excused(twoHolders().fault(FaultKind.KILL_SERVER, FaultSpan.EVERYBODY, 1_050, 1_060)))
                .hasSize(3);
        assertThat(excused(twoHolders().fault(FaultKind.EMPTY_SERVER, FaultSpan.EVERYBODY, 100, 200)))
                .hasSize(3);
        assertThat(excused(twoHolders().fault(FaultKind.EMPTY_SERVER, FaultSpan.EVERYBODY, 1_400, 1_450)))
                .hasSize(3);
    }

    /** As long as its lease was known to be valid; not for ever. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aHolderThatDoesNotHearOfItsLossForTwoLeases_isNotExcused(int later) {
        Recorded holder = new Recorded()
                .granted("c0.1", 1, "a", 4, 0, 10)
                .fault(FaultKind.EMPTY_SERVER, FaultSpan.EVERYBODY, -20, 0)
                .add(1_100, Kind.VALID, "c0.1", 1, "a", 4, 1_900);
        assertThat(excused(holder.mutated(event -> event).held("c1.1", 1, "a", 5, 20, 1_600 + later, 1_650)))
                .containsExactlyElementsOf(Collections.nCopies(later, 4));
        assertThat(excused(holder.held("c1.1", 1, "a", 5, 20, 1_500, 1_550)
                        .add(1_600 + later, Kind.VALID, "c0.1", 1, "a", 4, 1_900)))
                .containsExactlyElementsOf(Collections.nCopies(later, 5));
    }

    @Test
    void aFaultOfOneClient_excusesItsOwnClaims_notThoseBeforeIt() {
        assertThat(excused(twoHolders().fault(FaultKind.EMPTY_SERVER, "c2", 1_050, 1_060)))
                .hasSize(3);
        assertThat(excused(twoHolders().fault(FaultKind.EMPTY_SERVER, "c0", 1_050, 1_060)))
                .containsExactlyInAnyOrder(2, 5);
        assertThat(excused(twoHolders().fault(FaultKind.EMPTY_SERVER, "c1", 1_050, 1_060)))
                .isEmpty();
        assertThat(excused(twoHolders().fault(FaultKind.EMPTY_SERVER, "c1", 1_150, 1_160)))
                .containsExactlyInAnyOrder(2, 4);
    }

    /** Who says of a fault that two may hold a lock under it, has not said that a lost hold is handed on to later requests. */
    @Test
    void theYoungerOfTwoHolders_isExcused_whereLostHoldsAreHandedOn_orIfTheFaultCameAfterItsRequest() {
        Promise oneHolder = new Promise(Set.of(FaultKind.EMPTY_SERVER), Set.of(), Duration.ofMillis(Recorded.LEASE));
        Recorded before = twoHolders().fault(FaultKind.EMPTY_SERVER, "c1", 1_012, 1_018);
        assertThat(Checker.check(oneHolder, before.history()).stream().map(Violation::invariant))
                .containsExactlyInAnyOrder(2, 4);
        assertThat(excused(before)).isEmpty();
        Recorded after = twoHolders().fault(FaultKind.EMPTY_SERVER, "c1", 1_012, 1_060);
        assertThat(Checker.check(oneHolder, after.history()).stream().map(Violation::invariant))
                .containsExactly(2);
    }

    @Test
    void twoAcquisitionsWithOneToken_areNeverExcused() {
        Recorded recorded = new Recorded()
                .held("c0.1", 1, "a", 5, 1_000, 1_010, 1_500)
                .held("c1.1", 1, "a", 5, 1_020, 1_100, 1_200)
                .fault(FaultKind.EMPTY_SERVER, FaultSpan.EVERYBODY, 1_050, 1_060);
        assertThat(excused(recorded)).containsExactly(1);
    }

    // 6 and 7

    private static Recorded healed(long takenAgain) {
        return new Recorded()
                .held("c0.1", 1, "a", 1, 0, 10, 20)
                .add(100, Kind.HEALED, "harness", 0, "", 0, 0)
                .held("c0.1", 2, "a", 2, 90, takenAgain, takenAgain + 10)
                .add(9_000, Kind.SHUT_DOWN, "harness", 0, "", 0, 0);
    }

    @Test
    void aLockThatIsTakenAgainTooLate_isFound() {
        assertOnly(healed(2_800));
        assertOnly(healed(2_901), 6);
    }

    @Test
    void aLeaseThatWasOverWhenItWasSeen_isNotALockTakenAgain() {
        Recorded recorded = new Recorded()
                .held("c0.1", 1, "a", 1, 0, 10, 20)
                .add(100, Kind.HEALED, "harness", 0, "", 0, 0)
                .add(30, Kind.INVOKE, "c0.1", 2, "a", 0, 0)
                .add(200, Kind.OK, "c0.1", 2, "a", 2, 200);
        assertOnly(recorded, 6);
    }

    @Test
    void aLockThatIsNotTakenAgain_isFound() {
        Recorded recorded = new Recorded()
                .held("c0.1", 1, "a", 1, 0, 10, 20)
                .add(100, Kind.HEALED, "harness", 0, "", 0, 0)
                .held("c0.1", 2, "b", 2, 110, 120, 130);
        assertThat(violations(recorded))
                .hasSize(1)
                .allMatch(violation -> violation.what().startsWith("a was not"));
    }

    @Test
    void aSurvivorThatNeverReturned_isFound() {
        Recorded recorded = healed(200).add(50, Kind.INVOKE, "c3.1", 1, "a", 0, 0);
        assertOnly(recorded, 6);
        assertOnly(recorded.add(60, Kind.KILLED, "c3.1", 0, "", 0, 0));
    }

    @Test
    void whatIsLeft_isFound() {
        assertOnly(healed(200).add(9_100, Kind.LEFT, "harness", 0, "a", 0, 0), 7);
    }

    @Test
    void everyViolation_saysWhatItIs() {
        assertThat(violations(twoHolders()).toString())
                .contains("c1.1 with token 4 began after c0.1 with token 5 had returned")
                .contains("400.000 ms before the claim of c0.1 with token 5 ended");
    }
}
