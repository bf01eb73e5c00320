package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RetryAfterTest {

    private static final Duration CEILING = Duration.ofMillis(200);

    static Stream<Duration> everyRetryAfter() {
        return Stream.of(
                Duration.ofSeconds(Long.MIN_VALUE),
                Duration.ofMillis(-1),
                Duration.ZERO,
                Duration.ofNanos(1),
                Duration.ofMillis(100),
                CEILING.minusNanos(1),
                CEILING,
                Duration.ofNanos(Long.MAX_VALUE - 1),
                Duration.ofNanos(Long.MAX_VALUE),
                Duration.ofSeconds(Long.MAX_VALUE));
    }

    @ParameterizedTest
    @MethodSource("everyRetryAfter")
    void waiterRestsBetweenAMillisecondAndTheCeiling_whateverTheServiceSays(Duration retryAfter) {
        AtomicBoolean busy = new AtomicBoolean(true);
        DelegatingBackend backend = new DelegatingBackend() {
            @Override
            CompletionStage<Attempt> attempt(
                    Contest contest, Contender inner, boolean willWait, int tokens, Executor blocking) {
                return busy.get()
                        ? CompletableFuture.completedFuture(Attempt.Busy.until(retryAfter))
                        : super.attempt(contest, inner, willWait, tokens, blocking);
            }
        };
        ManualScheduler timer = new ManualScheduler();
        LockOptions options = LockOptions.builder().retryCeiling(CEILING).build();
        try (Engine engine = new Engine(backend, options, timer.environment(backend.ticker()))) {
            CompletableFuture<Lease> waiter = engine.lock("a").acquireAsync();
            for (int i = 1; i <= 20; i++) {
                assertThat(timer.waiting()).isEqualTo(1);
                assertThat(timer.delays()).hasSize(i);
                timer.run();
            }
            assertThat(timer.delays()).allSatisfy(delay -> assertThat(delay).isBetween(Duration.ofMillis(1), CEILING));

            busy.set(false);
            timer.run();
            assertThat(waiter).succeedsWithin(SOON);
            waiter.join().close();
        }
    }
}
