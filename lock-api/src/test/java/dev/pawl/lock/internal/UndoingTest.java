package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How long a release is tried that the service does not confirm. */
class UndoingTest {

    private final AtomicInteger releases = new AtomicInteger();
    private final ManualScheduler timer = new ManualScheduler();

    private final class Unreachable extends DelegatingBackend {
        private final CrashRelease crashRelease;
        private volatile boolean reachable;

        private Unreachable(CrashRelease crashRelease) {
            this.crashRelease = crashRelease;
        }

        @Override
        public Guarantees guarantees() {
            return service.guarantees().toBuilder().crashRelease(crashRelease).build();
        }

        @Override
        public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
            releases.incrementAndGet();
            return reachable
                    ? super.release(grant, blocking)
                    : CompletableFuture.failedStage(new IllegalStateException("unreachable"));
        }
    }

    private void releaseOneLease(Unreachable backend, Engine engine) throws Exception {
        Lease lease = engine.lock("a").acquire();
        lease.close();
        assertThat(releases).hasValue(1);
        timer.run();
        assertThat(releases).hasValue(2);
        backend.service.advance(Duration.ofHours(1));
    }

    @ParameterizedTest
    @EnumSource(
            value = CrashRelease.class,
            names = {"SESSION", "CONNECTION"})
    void releaseOfWhatASessionKeeps_isTriedBeyondTheLease_untilItIsConfirmed(CrashRelease crashRelease)
            throws Exception {
        Unreachable backend = new Unreachable(crashRelease);
        try (Engine engine = new Engine(backend, LockOptions.defaults(), timer.environment(backend.ticker()))) {
            releaseOneLease(backend, engine);
            for (int i = 3; i < 20; i++) {
                timer.run();
                assertThat(releases).hasValue(i);
            }
            backend.reachable = true;
            timer.run();
            timer.run();
            assertThat(releases).hasValue(20);
            assertThat(timer.waiting()).isZero();
        }
    }

    @Test
    void releaseOfALease_isTriedUntilTheLeaseHasRunOut() throws Exception {
        Unreachable backend = new Unreachable(CrashRelease.LEASE);
        try (Engine engine = new Engine(backend, LockOptions.defaults(), timer.environment(backend.ticker()))) {
            releaseOneLease(backend, engine);
            timer.run();
            timer.run();
            assertThat(releases).hasValue(3);
            assertThat(timer.waiting()).isZero();
        }
    }
}
