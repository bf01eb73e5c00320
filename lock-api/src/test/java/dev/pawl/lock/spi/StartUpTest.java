package dev.pawl.lock.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockConfigException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StartUpTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private long nanos = Long.MAX_VALUE - Duration.ofSeconds(20).toNanos(); // which overflows
    private int attempts;

    private StartUp start(Duration limit) {
        return new StartUp(StartUpTest.class, limit, () -> nanos);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    /** Fails after a time, unless it is the last. */
    private String attempt(Duration took, int last) {
        pass(took);
        if (++attempts < last) {
            throw new BackendFault(null, "failed at attempt " + attempts, null);
        }
        return "backend";
    }

    @Test
    void attemptThatMayHaveTimedOut_isRepeated() {
        StartUp start = start(LIMIT);
        start.begin();

        assertThat(start.connect(() -> attempt(Duration.ofSeconds(3), 3))).isEqualTo("backend");
        assertThat(attempts).isEqualTo(3);
    }

    @Test
    void attemptThatWasRefused_isNotRepeated() {
        StartUp start = start(LIMIT);
        start.begin();

        assertThatThrownBy(() -> start.connect(() -> attempt(Duration.ofMillis(999), 3)))
                .isInstanceOf(LockBackendException.class)
                .hasMessageStartingWith("failed at attempt 1,");
    }

    @Test
    void startThatTimesOut_failsOnceItsLimitIsOver() {
        StartUp start = start(LIMIT);
        start.begin();

        assertThatThrownBy(() -> start.connect(() -> attempt(Duration.ofSeconds(3), 100)))
                .hasMessageStartingWith("failed at attempt 4,");
    }

    @Test
    void limitOfZero_meansOneAttempt() {
        StartUp start = start(Duration.ZERO);
        start.begin();

        assertThatThrownBy(() -> start.connect(() -> attempt(Duration.ofSeconds(3), 100)))
                .hasMessageStartingWith("failed at attempt 1,");
    }

    @Test
    void interruptedThread_triesOnce() {
        StartUp start = start(LIMIT);
        start.begin();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> start.connect(() -> attempt(Duration.ofSeconds(3), 100)))
                .hasMessageStartingWith("failed at attempt 1,");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void timeThatClassesTookToLoad_isNotTheServices() {
        StartUp start = start(LIMIT);
        pass(Duration.ofSeconds(30));
        assertThat(start.hasBegun()).isFalse();
        assertThat(start.nanosLeft(Duration.ZERO))
                .isEqualTo(Duration.ofSeconds(40).toNanos());

        start.begin();
        pass(Duration.ofSeconds(1));
        start.begin();

        assertThat(start.hasBegun()).isTrue();
        assertThat(start.nanosLeft(Duration.ZERO))
                .isEqualTo(Duration.ofSeconds(9).toNanos());
        assertThat(start.nanosLeft(Duration.ofSeconds(20)))
                .as("an attempt has its own limit at least")
                .isEqualTo(Duration.ofSeconds(19).toNanos());
    }

    @Test
    void refusalInAColdJvm_isKnownAsOne() {
        StartUp start = start(LIMIT);

        assertThatThrownBy(() -> start.connect(() -> {
                    pass(Duration.ofSeconds(5));
                    start.begin();
                    return attempt(Duration.ofMillis(100), 3);
                }))
                .hasMessageStartingWith("failed at attempt 1,");
    }

    @Test
    void classesThatNeverLoad_endTheStart() {
        assertThatThrownBy(() -> start(LIMIT).connect(() -> attempt(Duration.ofSeconds(3), 100)))
                .hasMessageStartingWith("failed at attempt 24,");
    }

    @Test
    void libraryThatDoesNotFit_isAnErrorOfTheClassPath() {
        assertThatThrownBy(() -> start(LIMIT).connect(() -> {
                    throw new NoSuchMethodError("newest()");
                }))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("do not fit dev.pawl.lock.spi.StartUpTest: NoSuchMethodError: newest()")
                .hasCauseInstanceOf(NoSuchMethodError.class);
    }

    @Test
    void limitThatIsNone_isRefused() {
        for (Duration wrong : new Duration[] {Duration.ofNanos(-1), Duration.ofMinutes(61)}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> StartUp.checked(wrong))
                    .withMessageContaining("must be between PT0S and PT1H");
        }
    }
}
