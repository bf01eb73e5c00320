package dev.pawl.lock.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.chaos.Event.Kind;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private static final Promise NOT_WITHOUT_DATA = new Promise(
            Set.of(FaultKind.EMPTY_SERVER),
            Set.of(FaultKind.EMPTY_SERVER),
            Duration.ofMillis(Recorded.LEASE),
            Duration.ZERO);

    private static List<Violation> violations(Recorded recorded) {
        return Checker.check(Recorded.STRICT, recorded.history());
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
            assertThat(Checker.check(Recorded.STRICT, History.of(violation.evidence())).stream()
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

    // 10

    @Test
    void aTaking_partsWhoCameBeforeFromWhoComesAfter() {
        Recorded before = new Recorded().held("c0.1", 1, "a", 5, 0, 10, 100);
        assertOnly(before.mutated(event -> event)
                .taken(FaultKind.REVOKE, "a", 5, Optional.of(6L), 50, 60)
                .held("c1.1", 1, "a", 7, 0, 110, 200));
        assertOnly(
                before.mutated(event -> event)
                        .taken(FaultKind.REVOKE, "a", 5, Optional.of(7L), 50, 60)
                        .held("c1.1", 1, "a", 7, 0, 110, 200),
                10);
        assertOnly(before.taken(FaultKind.REVOKE, "a", 4, Optional.of(6L), 50, 60), 10);
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void aTaking_raisesTheToken(long raised) {
        assertOnly(new Recorded().taken(FaultKind.FORCE_RELEASE, "a", 5, Optional.of(raised), 50, 60), 10);
    }

    @Test
    void aTakingThatFailed_orOfAnotherLock_partsNobody() {
        assertOnly(new Recorded()
                .held("c0.1", 1, "a", 6, 0, 10, 100)
                .taken(FaultKind.REVOKE, "a", 5, Optional.empty(), 50, 60)
                .taken(FaultKind.REVOKE, "b", 5, Optional.of(7L), 50, 60));
    }

    @Test
    void whatTheOperatorTellsTheResource_isNoWriteWithoutALease_butCountsForItsOrder() {
        Recorded told =
                new Recorded().granted("c0.1", 1, "a", 5, 0, 10).add(60, Kind.ACCEPTED, Operator.NAME, 1, "a", 6, 0);
        assertOnly(told);
        assertOnly(told.add(70, Kind.ACCEPTED, "c0.1", 1, "a", 5, 0), 3);
    }

    private static final Promise FREED_AT_ONCE = new Promise(
            Set.of(FaultKind.FORCE_RELEASE),
            Set.of(FaultKind.FORCE_RELEASE),
            Duration.ofMillis(Recorded.LEASE),
            Duration.ZERO);

    private static Stream<Integer> whenFreed(FaultKind how, String lock, long seen, Optional<Long> raised, long at) {
        // It holds on, and a later request of its process is handed a token of the same hold.
        Recorded recorded = new Recorded()
                .held("c0.1", 1, "a", 4, 1_000, 1_010, 1_300)
                .held("c1.1", 1, "a", 7, 1_000, 1_100, 1_200)
                .held("c0.1", 2, "a", 5, 1_310, 1_320, 1_350)
                .fault(how, FaultSpan.EVERYBODY, at - 1, at + 11)
                .taken(how, lock, seen, raised, at, at + 10);
        // What the resource took is not what is asked here.
        return Checker.check(FREED_AT_ONCE, recorded.history()).stream()
                .map(Violation::invariant)
                .filter(invariant -> invariant != 3);
    }

    @Test
    void whoseLockIsFreedAtOnce_mayBelieveInIt_andHandItOn_forALease() {
        assertThat(whenFreed(FaultKind.FORCE_RELEASE, "a", 5, Optional.of(6L), 1_050))
                .isEmpty();
        assertThat(whenFreed(FaultKind.FORCE_RELEASE, "a", 5, Optional.empty(), 1_050))
                .as("perhaps freed")
                .isEmpty();
        assertThat(whenFreed(FaultKind.FORCE_RELEASE, "a", 5, Optional.of(6L), 1_320 - 10 - Recorded.LEASE - 1))
                .as("a lease ago")
                .contains(2);
    }

    @Test
    void aForcedRelease_excusesNoOtherHold_andARevocationNone() {
        assertThat(whenFreed(FaultKind.REVOKE, "a", 5, Optional.of(6L), 1_050)).contains(2, 4, 5);
        assertThat(whenFreed(FaultKind.FORCE_RELEASE, "b", 5, Optional.of(6L), 1_050))
                .contains(2, 4, 5);
        assertThat(whenFreed(FaultKind.FORCE_RELEASE, "a", 3, Optional.empty(), 1_050))
                .contains(2, 4, 5);
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
        Promise oneHolder =
                new Promise(Set.of(FaultKind.EMPTY_SERVER), Set.of(), Duration.ofMillis(Recorded.LEASE), Duration.ZERO);
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

    // 11

    private static Recorded fourPermits() {
        return new Recorded()
                .had(Permits.PERMITS, "c0.1", 1, 3, 1, 1_000, 1_500)
                .had(Permits.PERMITS, "c1.1", 1, 1, 2, 1_100, 1_400);
    }

    @Test
    void asManyPermitsAsThereAre_areNotAccused() {
        assertThat(violations(fourPermits()
                        .had(Permits.PERMITS, "c1.1", 2, 1, 3, 1_400, 1_450)
                        .had(Permits.PERMITS, "c1.1", 3, 3, 4, 1_500, 1_600)))
                .isEmpty();
    }

    @Test
    void onePermitTooMany_isSeen_withAllWhoHadSome() {
        Recorded recorded = fourPermits().had(Permits.PERMITS, "c2.1", 1, 1, 3, 1_200, 1_300);
        assertOnly(recorded, 11);
        assertThat(violations(recorded))
                .singleElement()
                .satisfies(violation -> assertThat(violation.pair())
                        .extracting(Acquisition::slot)
                        .containsExactly("c0", "c1", "c2"))
                .satisfies(violation -> assertThat(violation.what()).contains("5 were out, of 4"));
    }

    @Test
    void aWriterBesideAReader_isSeen_andReadersBesideReadersAreRight() {
        int all = Permits.READ_WRITE.limit();
        Recorded readers = new Recorded()
                .had(Permits.READ_WRITE, "c0.1", 1, 1, 1, 1_000, 1_500)
                .had(Permits.READ_WRITE, "c1.1", 1, 1, 2, 1_100, 1_400);
        assertThat(violations(readers.mutated(event -> event).had(Permits.READ_WRITE, "c2.1", 1, all, 3, 1_500, 1_600)))
                .isEmpty();
        assertOnly(readers.had(Permits.READ_WRITE, "c2.1", 1, all, 3, 1_400, 1_600), 11);
    }

    @Test
    void tokensOfPermits_areJudgedAsThoseOfLocks() {
        assertOnly(fourPermits().had(Permits.PERMITS, "c1.1", 2, 1, 2, 1_450, 1_480), 1, 2);
    }

    @Test
    void permitsThatTheServiceForgot_areExcused_whereThatIsNotPromised() {
        Recorded recorded = fourPermits()
                .fault(FaultKind.EMPTY_SERVER, FaultSpan.EVERYBODY, 1_150, 1_160)
                .had(Permits.PERMITS, "c2.1", 1, 3, 3, 1_200, 1_300);
        assertThat(excused(recorded)).isEmpty();
        assertOnly(recorded, 11);
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

    private static Recorded twoProcesses(long servedAgain) {
        return new Recorded()
                .held("c0.1", 1, "a", 1, 0, 10, 20)
                .held("c1.1", 1, "a", 2, 0, 30, 40)
                .add(100, Kind.HEALED, "harness", 0, "", 0, 0)
                .held("c0.1", 2, "a", 3, 90, 200, 210)
                .held("c1.1", 2, "a", 4, 220, servedAgain, servedAgain + 10);
    }

    /** Others take the lock meanwhile. */
    @Test
    void aProcessThatIsServedAgainTooLate_isFound() {
        assertOnly(twoProcesses(2_900).held("c0.1", 3, "a", 5, 2_950, 2_960, 2_970));
        assertOnly(twoProcesses(2_901).held("c0.1", 3, "a", 5, 2_950, 2_960, 2_970), 6);
        assertOnly(twoProcesses(2_901)
                .held("c0.1", 3, "a", 5, 2_950, 2_960, 2_970)
                .add(2_899, Kind.KILLED, "c1.1", 0, "", 0, 0));
    }

    @Test
    void aProcessThatHadLessTimeThanItIsPromised_isNotAccused() {
        assertOnly(twoProcesses(2_901).held("c0.1", 3, "a", 5, 2_899, 2_960, 2_970));
    }

    @Test
    void everyCalm_isJudged() {
        Recorded recorded = twoProcesses(300)
                .add(4_000, Kind.HEALED, "harness", 0, "", 0, 0)
                .held("c0.1", 3, "a", 5, 4_100, 4_110, 4_120)
                .held("c0.1", 4, "a", 6, 6_900, 6_910, 6_920);
        assertOnly(recorded, 6);
        assertThat(violations(recorded)).singleElement().asString().contains("c1.1 took no lock for 2800.000 ms");
    }

    // 8

    private static Recorded limited(long limit, long returned, Kind how) {
        return new Recorded().add(0, Kind.INVOKE, "c0.1", 1, "a", 0, limit).add(returned, how, "c0.1", 1, "a", 0, 0);
    }

    @ParameterizedTest
    @EnumSource(names = {"BUSY", "FAILED"})
    void aRequestThatReturnsLongAfterItsLimit_isFound(Kind how) {
        assertOnly(limited(500, 5_500, how));
        assertOnly(limited(500, 5_501, how), 8);
    }

    @Test
    void aRequestWithoutALimit_mayTakeAsLongAsItTakes() {
        assertOnly(limited(0, 60_000, Kind.BUSY));
    }

    @Test
    void aStoppedProcess_cannotReturn() {
        assertOnly(limited(500, 6_500, Kind.BUSY).fault(FaultKind.STOP_CLIENT, "c0", 400, 1_400));
        assertOnly(limited(500, 6_501, Kind.BUSY).fault(FaultKind.STOP_CLIENT, "c0", 400, 1_400), 8);
        assertOnly(limited(500, 6_500, Kind.BUSY).fault(FaultKind.STOP_CLIENT, "c1", 400, 1_400), 8);
    }

    // 9

    private static Recorded lost(LossReason reason) {
        return new Recorded()
                .granted("c0.1", 1, "a", 1, 5_000, 5_010)
                .add(5_900, Kind.LOST, "c0.1", 1, "a", 1, 0)
                .mutated(event -> event.kind() == Kind.LOST
                        ? new Event(event.at(), event.kind(), event.process(), 1, "a", 1, 0, reason.name())
                        : event);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNREACHABLE", "EXPIRED"})
    void aLeaseLostForWantOfAnAnswer_needsAFault(LossReason reason) {
        Integer[] expected = reason == LossReason.UNREACHABLE ? new Integer[] {9} : new Integer[0];
        assertOnly(lost(reason), expected);
        assertOnly(lost(reason).fault(FaultKind.STOPPED_REPLICA, FaultSpan.EVERYBODY, 5_100, 5_800), expected);
        assertOnly(lost(reason).fault(FaultKind.PARTITION, "c1", 5_100, 5_800), expected);
        assertOnly(lost(reason).fault(FaultKind.PARTITION, "c0", 5_100, 5_200));
    }

    /** Its process stood still: it was over when its holder got to see it. */
    @Test
    void aLeaseThatWasOverWhenItsHolderGotIt_isNotLostForWantOfAnAnswer() {
        assertOnly(lost(LossReason.UNREACHABLE)
                .mutated(event -> event.kind() == Kind.OK
                        ? new Event(event.at(), event.kind(), event.process(), 1, "a", 1, event.at(), "")
                        : event));
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
