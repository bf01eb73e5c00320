package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;
import static dev.pawl.lock.internal.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A request that stands behind another when its time is over: a service that has not answered may be held, or down. */
class OverdueTest {

    private static final Duration TIME = Duration.ofMillis(30);

    private final DelegatingBackend backend = new DelegatingBackend();
    private final ManualScheduler timer = new ManualScheduler();
    private final Engine engine = new Engine(backend, LockOptions.defaults(), timer.environment(backend.ticker()));
    private final DistributedLock lock = engine.lock("a");

    @AfterEach
    void close() {
        backend.service.heal();
        backend.service.resume();
        engine.close();
    }

    private static void assertFailed(CompletableFuture<?> request, Class<? extends LockException> how) {
        assertThat(request)
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(how);
    }

    @Test
    void serviceThatHasNotAnsweredYet_andThenFails_isAFault_notATimeout() {
        backend.service.pause();
        CompletableFuture<Lease> first = lock.acquireAsync();
        CompletableFuture<Lease> second = lock.acquireAsync(TIME);
        CompletableFuture<Optional<Lease>> third = InThread.call(() -> lock.tryAcquire(TIME));
        timer.run();
        await().pollDelay(TIME.multipliedBy(4)).until(() -> true);
        assertThat(second).isNotDone();
        assertThat(third).isNotDone();

        backend.service.fail(new IllegalStateException("down"));
        backend.service.resume();
        assertFailed(first, LockBackendException.class);
        assertFailed(second, LockBackendException.class);
        assertFailed(third, LockBackendException.class);
    }

    @Test
    void serviceThatHasNotAnsweredYet_andThenIsBusy_isATimeout() {
        backend.service.takeOver("a");
        backend.service.pause();
        CompletableFuture<Lease> first = lock.acquireAsync();
        CompletableFuture<Lease> second = lock.acquireAsync(TIME);
        timer.run();
        assertThat(second).isNotDone();

        backend.service.resume();
        assertFailed(second, LockTimeoutException.class);
        assertThat(first).isNotDone();
    }

    @Test
    void serviceThatHasNotAnsweredYet_andThenGrantsTheFirst_isATimeoutOfTheOthers() {
        backend.service.pause();
        CompletableFuture<Lease> first = lock.acquireAsync();
        CompletableFuture<Lease> second = lock.acquireAsync(TIME);
        timer.run();
        assertThat(second).isNotDone();

        backend.service.resume();
        assertThat(first).succeedsWithin(SOON);
        assertFailed(second, LockTimeoutException.class);
    }

    @Test
    void serviceThatWasBusyBefore_isNotWaitedFor() {
        backend.service.takeOver("a");
        CompletableFuture<Lease> first = lock.acquireAsync();
        assertThat(backend.service.waiting("a")).isEqualTo(1);
        backend.service.pause();
        timer.run();
        CompletableFuture<Lease> second = lock.acquireAsync(TIME);
        timer.run();

        assertFailed(second, LockTimeoutException.class);
        assertThat(first).isNotDone();
    }
}
