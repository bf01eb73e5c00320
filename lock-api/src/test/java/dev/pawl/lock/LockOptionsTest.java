package dev.pawl.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LockOptionsTest {

    @Test
    void defaults_areThoseOfTheDocumentation() {
        assertThat(LockOptions.defaults())
                .isEqualTo(LockOptions.builder()
                        .leaseTime(Duration.ofSeconds(30))
                        .renewal(true)
                        .safetyMargin(Duration.ofMillis(300))
                        .handOff(64, Duration.ofMillis(100))
                        .retryCeiling(Duration.ofSeconds(1))
                        .build());
        assertThat(LockOptions.defaults().acquireTimeout()).isEmpty();
        assertThat(LockOptions.defaults().holdAtLeast()).isEmpty();
        assertThat(LockOptions.defaults().group()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "\t", "a\nb", "a\u0085b"})
    void aGroupThatIsNoLabel_isRefusedWhereItIsSet(String group) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LockOptions.builder().group(group))
                .withMessage("group: must be 1 to 100 characters, not blank, no control character among them, but got '"
                        + group + "'");
    }

    @Test
    void aGroup_hasAHundredCharactersAtTheMost_andAnEmptyOneIsNone() {
        String longest = "g".repeat(100);
        LockOptions options = LockOptions.builder().group(longest).build();
        assertThat(options.group()).contains(longest);
        assertThat(options).isNotEqualTo(LockOptions.defaults());
        assertThat(options.toString()).contains("group='" + longest + "'");
        assertThat(options.toBuilder().group("").build()).isEqualTo(LockOptions.defaults());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LockOptions.builder().group(longest + "x".repeat(10_000)))
                .withMessageEndingWith("but got '" + longest + "'");
    }

    static Stream<Arguments> outOfRange() {
        return Stream.of(
                refused("leaseTime", "PT0.002S and PT168H", "PT0.001S", b -> b.leaseTime(Duration.ofMillis(1))),
                refused(
                        "leaseTime",
                        "PT0.002S and PT168H",
                        "PT168H0.001S",
                        b -> b.leaseTime(Duration.ofDays(7).plusMillis(1))),
                refused("leaseTime", "PT0.002S and PT168H", "PT-1S", b -> b.leaseTime(Duration.ofSeconds(-1))),
                refused("holdAtLeast", "PT0S and PT168H", "PT-1S", b -> b.holdAtLeast(Duration.ofSeconds(-1))),
                refused("safetyMargin", "PT0S and PT168H", "PT-0.001S", b -> b.safetyMargin(Duration.ofMillis(-1))),
                refused("maxGrants", "0 and 1000", "-1", b -> b.handOff(-1, Duration.ZERO)),
                refused("maxGrants", "0 and 1000", "1001", b -> b.handOff(1_001, Duration.ZERO)),
                refused("maxTime", "PT0S and PT1M", "PT1M0.001S", b -> b.handOff(1, Duration.ofMillis(60_001))),
                refused("retryCeiling", "PT0.01S and PT1M", "PT0.009S", b -> b.retryCeiling(Duration.ofMillis(9))),
                refused("retryCeiling", "PT0.01S and PT1M", "PT1M1S", b -> b.retryCeiling(Duration.ofSeconds(61))));
    }

    private static Arguments refused(
            String parameter, String range, String value, Consumer<LockOptions.Builder> setting) {
        return Arguments.of(parameter, range, value, setting);
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("outOfRange")
    void valueOutOfRange_isRefusedWhereItIsSet_withParameterRangeAndValue(
            String parameter, String range, String value, Consumer<LockOptions.Builder> setting) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> setting.accept(LockOptions.builder()))
                .withMessage(parameter + ": must be between " + range + ", but got " + value);
    }

    @Test
    void bounds_areAllowed() {
        LockOptions shortest =
                LockOptions.builder().leaseTime(Duration.ofMillis(2)).build();
        assertThat(shortest.safetyMargin()).isEqualTo(Duration.ofMillis(1));
        LockOptions options = LockOptions.builder()
                .leaseTime(Duration.ofDays(7))
                .safetyMargin(Duration.ZERO)
                .handOff(1_000, Duration.ofMinutes(1))
                .retryCeiling(Duration.ofMillis(10))
                .build();
        assertThat(options.leaseTime()).isEqualTo(Duration.ofDays(7));
    }

    @Test
    void leaseOfAFractionOfAMillisecond_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LockOptions.builder()
                        .leaseTime(Duration.ofSeconds(1).plusNanos(1))
                        .build())
                .withMessageContaining("leaseTime: whole milliseconds")
                .withMessageContaining("PT1.000000001S");
    }

    @Test
    void marginOfMoreThanHalfTheLease_isRefusedWhereTheyMeet() {
        LockOptions.Builder builder =
                LockOptions.builder().safetyMargin(Duration.ofMillis(501)).leaseTime(Duration.ofSeconds(1));

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageContaining("safetyMargin: must be at most half of leaseTime (PT1S)")
                .withMessageContaining("PT0.501S");
        assertThat(builder.safetyMargin(Duration.ofMillis(500)).build().safetyMargin())
                .isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void aTimeToBeHeldBeyondALeaseThatIsNotRenewed_isRefusedWhereTheyMeet() {
        LockOptions.Builder builder = LockOptions.builder()
                .holdAtLeast(Duration.ofSeconds(2))
                .leaseTime(Duration.ofSeconds(1))
                .renewal(false);

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageContaining("holdAtLeast: without renewal it must be at most leaseTime (PT1S)")
                .withMessageContaining("PT2S");
        assertThat(builder.renewal(true).build().holdAtLeast()).contains(Duration.ofSeconds(2));
        assertThat(builder.holdAtLeast(Duration.ZERO).build().holdAtLeast()).isEmpty();
    }

    @Test
    void margin_followsTheLease_unlessItWasSet() {
        LockOptions longer = LockOptions.defaults().toBuilder()
                .leaseTime(Duration.ofMinutes(1))
                .build();
        LockOptions shorter = LockOptions.defaults().toBuilder()
                .leaseTime(Duration.ofMillis(50))
                .build();
        LockOptions fixed = LockOptions.builder().safetyMargin(Duration.ofMillis(7)).build().toBuilder()
                .leaseTime(Duration.ofMinutes(1))
                .build();

        assertThat(longer.safetyMargin()).isEqualTo(Duration.ofMillis(600));
        assertThat(shorter.safetyMargin()).isEqualTo(Duration.ofMillis(2));
        assertThat(fixed.safetyMargin()).isEqualTo(Duration.ofMillis(7));
    }

    @Test
    void builderOfOptions_startsFromAllOfThem() {
        LockOptions options = LockOptions.builder()
                .leaseTime(Duration.ofSeconds(5))
                .renewal(false)
                .holdAtLeast(Duration.ofSeconds(4))
                .safetyMargin(Duration.ofMillis(9))
                .handOff(7, Duration.ofMillis(8))
                .retryCeiling(Duration.ofSeconds(3))
                .group("stock")
                .build();

        assertThat(options.toBuilder().build()).isEqualTo(options);
    }
}
