package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;
import static dev.pawl.lock.internal.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.MultiLease;
import dev.pawl.lock.MultiLock;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MultiLockTest {

    private final List<String> released = new CopyOnWriteArrayList<>();
    private final DelegatingBackend backend = new DelegatingBackend() {
        @Override
        public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
            released.add(grant.contest().name());
            CompletableFuture<ReleaseOutcome> answer =
                    super.release(grant, blocking).toCompletableFuture();
            return silent ? new CompletableFuture<>() : answer;
        }
    };
    private final Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));
    private final MultiLock locks = engine.lockAll(List.of("c", "a", "b"));

    /** Whether releases are not answered. */
    private volatile boolean silent;

    @AfterEach
    void close() {
        if (!silent) {
            engine.close();
        }
    }

    // Giving back

    @Test
    void close_asksForEveryReleaseBeforeItWaitsForTheFirst() throws Exception {
        MultiLease all = locks.acquire();
        backend.service.pause();
        CompletableFuture<Boolean> closing = InThread.call(() -> {
            all.close();
            return true;
        });

        await().until(() -> released.size() == 3);
        assertThat(released).containsExactly("c", "b", "a");
        assertThat(closing).isNotDone();
        backend.service.resume();
        assertThat(closing).succeedsWithin(SOON);
    }

    @Test
    void givingBackWhatWasTaken_asksForEveryReleaseBeforeItWaitsForTheFirst() {
        backend.service.takeOver("c");
        silent = true;
        CompletableFuture<Optional<MultiLease>> request = InThread.call(locks::tryAcquire);

        await().until(() -> released.size() == 2);
        assertThat(released).containsExactly("b", "a");
        assertThat(request).isNotDone();
    }

    @Test
    void givingBackThatFails_doesNotHideWhyItWasGivenBack() {
        backend.service.takeOver("c");
        CompletableFuture<MultiLease> request = InThread.call(() -> locks.acquire(Duration.ofMillis(300)));
        await().until(() -> backend.service.waiting("c") == 1);
        backend.service.lose("a", LossReason.TAKEN_OVER);

        assertThat(request)
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(LockTimeoutException.class);
        assertThat(released).as("what was lost is given back when it is lost").containsExactly("a", "b");
    }

    @Test
    void secondClose_doesNothing_evenAfterALoss() throws Exception {
        MultiLease all = locks.acquire();
        backend.service.lose("b", LossReason.TAKEN_OVER);

        assertThatThrownBy(all::close).isInstanceOf(LeaseLostException.class).hasMessageContaining("'b'");
        assertThat(released).containsExactly("b", "c", "a");
        all.close();
        assertThat(released).containsExactly("b", "c", "a");
    }

    @Test
    void loss_isTheFailureOfAClose_withTheOthersSuppressed() throws Exception {
        MultiLease all = locks.acquire();
        backend.service.lose("b", LossReason.TAKEN_OVER);
        backend.service.fail(new IllegalStateException("down"));

        assertThatThrownBy(all::close)
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContaining("'b'")
                .satisfies(loss ->
                        assertThat(loss.getSuppressed()).hasSize(2).hasOnlyElementsOfType(LockBackendException.class));
        backend.service.heal();
    }

    @Test
    void loss_isTheFailureOfAnAsynchronousRelease_withTheOthersSuppressed() throws Exception {
        MultiLease all = locks.acquire();
        backend.service.lose("a", LossReason.TAKEN_OVER);
        backend.service.lose("c", LossReason.SESSION_LOST);
        backend.service.fail(new IllegalStateException("down"));

        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        all.releaseAsync().whenComplete((nothing, failure) -> seen.complete(Causes.of(failure, "no failure")));
        assertThat(seen).succeedsWithin(SOON);
        assertThat(seen.join()).isInstanceOf(LeaseLostException.class);
        assertThat(suppressedBelow(seen.join())).hasSize(2);
        backend.service.heal();
    }

    private static List<Throwable> suppressedBelow(Throwable failure) {
        return Stream.of(failure.getSuppressed())
                .flatMap(each -> Stream.concat(Stream.of(each), suppressedBelow(each).stream()))
                .toList();
    }

    // Time limits

    static Stream<Duration> timesThatAreOver() {
        return Stream.of(
                Duration.ZERO,
                Duration.ofNanos(-1),
                Duration.ofNanos(Long.MIN_VALUE),
                Duration.ofNanos(Long.MIN_VALUE + 1),
                Duration.ofSeconds(Long.MIN_VALUE));
    }

    @ParameterizedTest
    @MethodSource("timesThatAreOver")
    void timeThatIsOver_isOneAttempt(Duration timeout) {
        backend.service.takeOver("b");

        CompletableFuture<Optional<MultiLease>> empty = InThread.call(() -> locks.tryAcquire(timeout));
        assertThat(empty).succeedsWithin(SOON);
        assertThat(empty.join()).isEmpty();
        assertTimedOut(InThread.call(() -> locks.acquire(timeout)));
        assertTimedOut(locks.acquireAsync(timeout));

        backend.service.expire("b");
        CompletableFuture<Optional<MultiLease>> free = InThread.call(() -> locks.tryAcquire(timeout));
        assertThat(free).succeedsWithin(SOON);
        assertThat(free.join()).isPresent();
    }

    private static void assertTimedOut(CompletableFuture<MultiLease> request) {
        assertThat(request)
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(LockTimeoutException.class);
    }

    /** The way to the service is 40 ms long: the second name is begun within the limit, and the third is not. */
    @Test
    void limitThatIsOver_beginsNoFurtherName() {
        List<String> asked = new CopyOnWriteArrayList<>();
        try (Engine slow =
                new Engine(new SlowBackend(asked), LockOptions.defaults(), Environment.live(Ticker.SYSTEM))) {
            MultiLock ten = slow.lockAll(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"));
            Duration limit = Duration.ofMillis(60);

            assertTimedOut(InThread.call(() -> ten.acquire(limit)));
            assertThat(asked).startsWith("a").hasSizeLessThanOrEqualTo(2);
            asked.clear();
            assertTimedOut(ten.acquireAsync(limit));
            assertThat(asked).startsWith("a").hasSizeLessThanOrEqualTo(2);
            asked.clear();
            assertThat(InThread.call(() -> ten.tryAcquire(Duration.ZERO).orElseThrow()))
                    .succeedsWithin(SOON);
            assertThat(asked).hasSize(10);
            await().until(() -> slow.names() == 10);
        }
    }

    private static final class SlowBackend extends DelegatingBackend {
        private final List<String> asked;

        private SlowBackend(List<String> asked) {
            this.asked = asked;
        }

        @Override
        CompletionStage<Attempt> attempt(
                Contest contest, Contender inner, boolean willWait, int tokens, Executor blocking) {
            asked.add(contest.name());
            return CompletableFuture.completedFuture(true)
                    .thenComposeAsync(
                            later -> inner.attempt(willWait, tokens, blocking),
                            CompletableFuture.delayedExecutor(40, TimeUnit.MILLISECONDS));
        }
    }

    static Stream<Duration> timesWithoutEnd() {
        return Stream.of(
                Duration.ofNanos(Long.MAX_VALUE - 1),
                Duration.ofNanos(Long.MAX_VALUE),
                Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));
    }

    @ParameterizedTest
    @MethodSource("timesWithoutEnd")
    void timeWithoutEnd_isWaitedFor(Duration timeout) {
        backend.service.takeOver("a");
        CompletableFuture<Optional<MultiLease>> blocking = InThread.call(() -> locks.tryAcquire(timeout));
        await().until(() -> backend.service.waiting("a") == 1);
        CompletableFuture<MultiLease> asynchronous = locks.acquireAsync(timeout);
        assertThat(blocking).isNotDone();
        assertThat(asynchronous).isNotDone();

        backend.service.expire("a");
        assertThat(blocking).succeedsWithin(SOON);
        blocking.join().orElseThrow().close();
        assertThat(asynchronous).succeedsWithin(SOON);
    }
}
