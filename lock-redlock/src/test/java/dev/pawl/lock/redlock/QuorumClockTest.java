package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class QuorumClockTest {

    private final AtomicLong nanos = new AtomicLong(5_000_000_000L);
    private final QuorumClock clock = new QuorumClock(3, nanos::get);

    private void heard(int node, long micros, long tookNanos) {
        long sent = nanos.get();
        nanos.addAndGet(tookNanos);
        clock.heard(node, micros, sent);
    }

    @Test
    void beforeAnyAnswer_theTimeIsNotKnown() {
        assertThat(clock.micros()).isZero();
    }

    @Test
    void time_goesOnBetweenAnswers() {
        heard(0, 1_000_000, 0);
        nanos.addAndGet(2_000_000);
        assertThat(clock.micros()).isEqualTo(1_002_000);
    }

    @Test
    void oneClockThatIsWrong_isNotFollowed() {
        heard(0, 1_000_000, 0);
        heard(1, 9_000_000_000L, 0);
        heard(2, 1_000_100, 0);
        assertThat(clock.micros()).isEqualTo(1_000_100);
    }

    @Test
    void anAnswerThatCameLate_doesNotSetTheClockBack() {
        heard(0, 1_000_000, 0);
        heard(0, 1_000_000 + 100, 800_000_000);
        assertThat(clock.micros()).isEqualTo(1_800_000);
    }

    @Test
    void aClockThatWasSetBack_isFollowed() {
        heard(0, 1_000_000, 0);
        heard(0, 400_000, 1_000);
        assertThat(clock.micros()).isEqualTo(400_000);
    }
}
