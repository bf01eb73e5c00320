package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;
import static dev.pawl.lock.internal.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClientClosedException;
import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What the end of a client leaves behind: nothing. */
class ClosingTest {

    private static Engine engine(DelegatingBackend backend) {
        return new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));
    }

    private static CompletableFuture<Boolean> closing(Engine engine) {
        return InThread.call(() -> {
            engine.close();
            return true;
        });
    }

    private static void assertClosed(CompletableFuture<?> request) {
        assertThat(request)
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(LockClientClosedException.class);
    }

    @Test
    void close_waitsForAnAttemptThatBlocksItsCaller_andUndoesIt() {
        BlockingBackend backend = new BlockingBackend();
        Engine engine = engine(backend);
        backend.standStill();
        CompletableFuture<Lease> waiter = InThread.call(() -> engine.lock("a").acquire());
        await().until(() -> backend.standing() == 1);
        assertThat(backend.service.isHeld("a")).isTrue();

        CompletableFuture<Boolean> closed = closing(engine);
        await().until(engine::isClosed);
        backend.goOn();

        assertThat(closed).succeedsWithin(SOON);
        assertThat(backend.service.isHeld("a")).isFalse();
        assertClosed(waiter);
    }

    @Test
    void close_returnsWhenTheServiceHasConfirmed_notBefore() throws Exception {
        DelegatingBackend backend = new DelegatingBackend();
        Engine engine = engine(backend);
        Lease lease = engine.lock("a").acquire();
        backend.service.pause();
        CompletableFuture<Boolean> closed = closing(engine);
        await().until(() -> !lease.isValid());
        assertThat(closed).isNotDone();

        backend.service.resume();
        assertThat(closed).succeedsWithin(SOON);
        assertThat(backend.service.names()).isZero();
    }

    @Test
    void requestAfterClose_isToldSo_whicheverWayItAsks() {
        DelegatingBackend backend = new DelegatingBackend();
        Engine engine = engine(backend);
        engine.close();
        DistributedLock lock = engine.lock("a");

        assertClosed(lock.acquireAsync());
        assertClosed(lock.acquireAsync(Duration.ofMinutes(1)));
        assertClosed(engine.lockAll(List.of("a", "b")).acquireAsync());
        assertClosed(InThread.call(lock::acquire));
        assertClosed(InThread.call(lock::tryAcquire));
        assertClosed(InThread.call(() -> lock.tryAcquire(Duration.ofMinutes(1))));
        assertClosed(InThread.call(() -> engine.lockAll(List.of("a", "b")).acquire()));
        assertThat(engine.names()).isZero();
    }

    @Test
    void requestsWhileTheClientCloses_allEnd_andLeaveNothing() {
        for (int round = 0; round < 20; round++) {
            DelegatingBackend backend = new DelegatingBackend();
            Engine engine = engine(backend);
            DistributedLock lock = engine.lock("a");
            CompletableFuture<Boolean> begun = new CompletableFuture<>();
            CompletableFuture<List<CompletableFuture<Lease>>> asking = InThread.call(() -> {
                List<CompletableFuture<Lease>> requests = new ArrayList<>();
                for (int late = 0; late < 20; late += engine.isClosed() ? 1 : 0) {
                    requests.add(lock.acquireAsync(Duration.ofMinutes(1)));
                    begun.complete(true);
                }
                return requests;
            });
            begun.join();
            assertThat(closing(engine)).succeedsWithin(SOON);

            assertThat(asking).succeedsWithin(SOON);
            List<CompletableFuture<Lease>> requests = asking.join();
            CompletableFuture<?>[] all = requests.toArray(CompletableFuture<?>[]::new);
            assertThat(CompletableFuture.allOf(all).handle((nothing, failure) -> true))
                    .succeedsWithin(SOON);
            assertClosed(requests.get(requests.size() - 1));
            assertThat(engine.names()).isZero();
            assertThat(backend.service.names()).isZero();
        }
    }
}
