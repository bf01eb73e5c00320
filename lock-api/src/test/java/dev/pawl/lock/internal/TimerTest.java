package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.Ticker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimerTest {

    private final ManualScheduler timer = new ManualScheduler();
    private final Engine engine =
            new Engine(new DelegatingBackend(), LockOptions.defaults(), timer.environment(Ticker.SYSTEM));

    @Test
    void sweepThatAnEarlierOneReplaces_isCancelled() throws Exception {
        for (int hours = 20; hours > 0; hours--) {
            LockOptions options =
                    LockOptions.builder().leaseTime(Duration.ofHours(hours)).build();
            engine.lock("lease-of-" + hours + "-hours", options).acquire();
        }

        assertThat(timer.delays()).hasSize(20);
        assertThat(timer.waiting()).isEqualTo(1);
    }

    @Test
    void locksThatComeAndGo_shareOneSweep() throws Exception {
        for (int i = 0; i < 100; i++) {
            Lease lease = engine.lock("a").acquire();
            lease.close();
        }

        assertThat(timer.delays()).hasSize(1);
        timer.run();
        assertThat(timer.waiting()).isZero();
    }
}
