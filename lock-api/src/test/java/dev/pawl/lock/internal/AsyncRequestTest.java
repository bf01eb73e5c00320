package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;
import static dev.pawl.lock.internal.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Futures belong to the caller, who may end them as well as the engine. */
class AsyncRequestTest {

    private volatile Runnable duringRelease = () -> {};
    private final DelegatingBackend backend = new DelegatingBackend() {
        @Override
        public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
            duringRelease.run();
            return super.release(grant, blocking);
        }
    };
    private final Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));
    private final DistributedLock lock = engine.lock("a");

    @AfterEach
    void close() {
        engine.close();
    }

    // Ended by hand

    /** A way in which a caller ends its future. */
    private record End(String name, Consumer<CompletableFuture<Lease>> how) {
        @Override
        public String toString() {
            return name;
        }
    }

    @SuppressWarnings("NullAway") // a future may be completed with null
    static Stream<End> ends() {
        return Stream.of(
                new End("cancel", future -> future.cancel(false)),
                new End("complete", future -> future.complete(null)),
                new End("completeOnTimeout", future -> future.completeOnTimeout(null, 5, TimeUnit.MILLISECONDS)),
                new End("orTimeout", future -> future.orTimeout(5, TimeUnit.MILLISECONDS)),
                new End(
                        "completeExceptionally",
                        future -> future.completeExceptionally(new IllegalStateException("changed my mind"))));
    }

    @ParameterizedTest
    @MethodSource("ends")
    void futureThatIsEndedByHand_withdrawsTheRequest(End end) {
        backend.service.takeOver("a");
        CompletableFuture<Lease> request = lock.acquireAsync();
        assertThat(backend.service.waiting("a")).isEqualTo(1);
        end.how().accept(request);

        await().until(() -> engine.names() == 0 && backend.service.waiting("a") == 0);
    }

    @Test
    void futureThatIsCompletedWithAnotherLease_withdrawsTheRequest() throws Exception {
        Lease other = engine.lock("b").acquire();
        backend.service.takeOver("a");
        CompletableFuture<Lease> request = lock.acquireAsync();
        request.complete(other);

        assertThat(backend.service.waiting("a")).isZero();
        assertThat(engine.names()).isEqualTo(1);
        assertThat(other.isValid()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("ends")
    void futureThatIsEndedByHand_whileTheGrantIsOnItsWay_leavesNothingHeld(End end) {
        backend.service.pause();
        CompletableFuture<Lease> request = lock.acquireAsync();
        end.how().accept(request);
        assertThat(request.handle((lease, failure) -> true)).succeedsWithin(SOON);
        backend.service.resume();

        await().until(() -> engine.names() == 0 && backend.service.names() == 0);
    }

    // The answer to a release

    @Test
    void releaseThatFails_isABackendException_withTheTimeSinceTheRelease() throws Exception {
        Lease lease = lock.acquire();
        backend.service.advance(Duration.ofSeconds(10));
        backend.service.fail(new IllegalStateException("down"));

        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        lease.releaseAsync().whenComplete((nothing, failure) -> seen.complete(failure));
        assertThat(seen).succeedsWithin(SOON);
        assertThat(seen.join()).isExactlyInstanceOf(LockBackendException.class).hasMessageContaining("down");
        assertThat(((LockBackendException) seen.join()).elapsed()).isLessThan(Duration.ofSeconds(5));
        backend.service.heal();
    }

    @Test
    void secondRelease_getsTheAnswerOfTheFirst_howeverEarlyItComes() throws Exception {
        Lease lease = lock.acquire();
        AtomicReference<@Nullable CompletableFuture<Void>> second = new AtomicReference<>();
        backend.service.pause();
        duringRelease = () -> second.set(lease.releaseAsync());

        CompletableFuture<Void> first = lease.releaseAsync();
        assertThat(second.get()).isNotNull().isNotDone();
        assertThat(first).isNotDone();
        backend.service.resume();
        assertThat(first).succeedsWithin(SOON);
        assertThat(second.get()).isNotNull().succeedsWithin(SOON);
    }

    @Test
    void releaseThatIsEndedByHand_isAnsweredToTheOthersAllTheSame() throws Exception {
        Lease lease = lock.acquire();
        backend.service.pause();
        CompletableFuture<Void> first = lease.releaseAsync();
        CompletableFuture<Void> second = lease.releaseAsync();
        first.cancel(false);
        backend.service.resume();

        assertThat(second).succeedsWithin(SOON);
    }

    @Test
    void releaseAfterACloseThatFailed_isABackendException() throws Exception {
        Lease lease = lock.acquire();
        backend.service.fail(new IllegalStateException("down"));
        lease.close();

        assertThat(lease.releaseAsync())
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseExactlyInstanceOf(LockBackendException.class);
        backend.service.heal();
    }

    @Test
    void releaseAfterACloseThatTold_ofALoss_tellsIt() throws Exception {
        Lease lease = lock.acquire();
        backend.service.lose(lease);
        assertThat(InThread.call(() -> {
                    lease.close();
                    return true;
                }))
                .failsWithin(SOON);

        assertThat(lease.releaseAsync())
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseExactlyInstanceOf(LeaseLostException.class);
        lease.close();
    }
}
