package dev.pawl.lock.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "500ms, PT0.5S",
        "30s, PT30S",
        "2m, PT2M",
        "1h, PT1H",
        "7d, PT168H",
        "0s, PT0S",
        "PT1M30S, PT1M30S",
        "P1DT1H, PT25H",
        "-PT1S, PT-1S"
    })
    void duration_isReadAsItIsWritten(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "30",
                "30 s",
                " 30s",
                "30S",
                "1.5s",
                "-5s",
                "s",
                "30us",
                "99999999999999999999s",
                "9999999999999999d"
            })
    void whatHasNoUnitOrIsNoNumber_isRefused_withTheForms(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parse(text))
                .withMessageContaining("500ms, 30s, 2m, 1h, 7d or ISO-8601");
    }
}
