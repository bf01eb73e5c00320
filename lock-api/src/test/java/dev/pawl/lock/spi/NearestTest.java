package dev.pawl.lock.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {

    @ParameterizedTest
    @CsvSource({"kitten, sitting, 3", "'', abc, 3", "abc, '', 3", "same, same, 0", "ab, ba, 2"})
    void distance_isTheLeastNumberOfEdits(String from, String to, int expected) {
        assertThat(Nearest.distance(from, to)).isEqualTo(expected);
    }

    @Test
    void nearest_isTheOneWithTheFewestEdits_theFirstByNameAmongEquals() {
        assertThat(Nearest.to("pawl.lease-tme", List.of("pawl.url", "pawl.lease-time")))
                .contains("pawl.lease-time");
        assertThat(Nearest.to("ac", List.of("bc", "ab"))).contains("ab");
    }

    @Test
    void whatIsFarFromEverything_hasNoHint() {
        assertThat(Nearest.hint("PAWL_SERVICE_HOST", List.of("PAWL_URL", "PAWL_LEASE_TIME")))
                .isEmpty();
    }
}
