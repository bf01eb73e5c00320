package dev.pawl.lock.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.testkit.WrongClock;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class FaultScheduleTest {

    private static final Duration LEASE = Duration.ofMillis(800);
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    private static final Set<FaultKind> ALL = EnumSet.allOf(FaultKind.class);

    private static List<Fault> draw(long seed, Duration time) {
        return FaultSchedule.draw(seed, time, ALL, 4, LEASE);
    }

    @Test
    void aSeed_isASchedule() {
        assertThat(draw(1, TEN_MINUTES)).isEqualTo(draw(1, TEN_MINUTES)).isNotEqualTo(draw(2, TEN_MINUTES));
    }

    @Test
    void aSchedule_isInTheOrderOfTime_andEndsInTime() {
        assertThat(draw(1, TEN_MINUTES))
                .isSortedAccordingTo(Comparator.comparing(Fault::at))
                .allMatch(fault -> fault.at().compareTo(TEN_MINUTES) < 0);
    }

    @Test
    void tenMinutes_haveEnoughOfEveryKindForEveryClient() {
        List<Fault> faults = draw(3, TEN_MINUTES);
        assertThat(faults).hasSizeBetween(400, 1_200);
        assertThat(faults.stream().collect(Collectors.groupingBy(Fault::kind, Collectors.counting())))
                .hasSize(ALL.size())
                .allSatisfy((kind, count) -> assertThat(count).isGreaterThan(20));
        assertThat(faults.stream().collect(Collectors.groupingBy(Fault::client, Collectors.counting())))
                .hasSize(4);
    }

    @Test
    void stops_areOfThreeLengths() {
        Function<FaultKind, Set<Long>> lengths = kind -> draw(4, TEN_MINUTES).stream()
                .filter(fault -> fault.kind() == kind)
                .map(fault -> fault.lasts().toMillis())
                .collect(Collectors.toSet());
        assertThat(lengths.apply(FaultKind.STOP_BEFORE_WRITE)).containsExactlyInAnyOrder(400L, 960L, 2_400L);
        assertThat(lengths.apply(FaultKind.STOP_CLIENT)).containsExactlyInAnyOrder(400L, 960L, 2_400L);
    }

    /** What would not happen is not to be counted. */
    @Test
    void clocks_areStepped_onlyWhereTheyCanBe() {
        try (ToyService toy = new ToyService(Defect.NONE)) {
            assertThat(ChaosService.of("toy", toy).faults().contains(FaultKind.STEP_CLOCK))
                    .isEqualTo(WrongClock.library().isPresent());
        }
    }

    /** Half of its most in the mean: or no deadline is ever moved by a renewal while somebody looks. */
    @Test
    void aLongHold_outlivesItsFirstDeadline_butNotTheLimitOfInvariantSix() {
        ChaosPlan plan = ChaosPlan.drawn(6, TEN_MINUTES, ALL, Recorded.STRICT);
        assertThat(Workload.longHold(plan.hold(), plan.lease()))
                .isGreaterThanOrEqualTo(plan.lease().multipliedBy(2))
                .isLessThan(Recorded.STRICT.takenAgainWithin());
    }

    /** Of two minutes that end by what clients have to get over themselves, one ends by each. */
    @Test
    void everyMinute_endsInACalm_beforeWhichAllConnectionsFallSilent_orTheServerIsDemoted() {
        ChaosPlan plan = ChaosPlan.drawn(6, TEN_MINUTES, ALL, Recorded.STRICT);
        assertThat(plan.rounds()).hasSize(10);
        assertThat(plan.rounds().stream()
                        .map(round -> round.last().stream().map(Fault::kind).toList()))
                .startsWith(
                        Collections.nCopies(ChaosPlan.CLIENTS, FaultKind.SILENT_CONNECTION), List.of(FaultKind.DEMOTE));
        assertThat(plan.calm()).isGreaterThan(Recorded.STRICT.servedAgainWithin());
    }

    @Test
    void whatLasts_isLeftToRunsOfAMinute() {
        ChaosPlan plan = ChaosPlan.drawn(6, Duration.ofSeconds(50), ALL, Recorded.STRICT);
        assertThat(plan.rounds()).singleElement().satisfies(round -> {
            assertThat(round.faults().stream().map(Fault::kind))
                    .isNotEmpty()
                    .doesNotContain(FaultKind.SILENT_CONNECTION, FaultKind.DEMOTE, FaultKind.STOPPED_REPLICA);
            assertThat(round.last()).isEmpty();
        });
    }

    @Test
    void clocks_jumpBothWays() {
        assertThat(draw(5, TEN_MINUTES).stream()
                        .filter(fault -> fault.kind() == FaultKind.STEP_CLOCK)
                        .map(Fault::size)
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(1_600, -1_600);
    }
}
