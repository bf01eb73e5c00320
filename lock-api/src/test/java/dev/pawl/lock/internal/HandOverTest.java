package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A lease has the options of the request that gets it, whichever request was to have it. */
class HandOverTest {

    private static final LockOptions BRIEF = LockOptions.builder()
            .leaseTime(Duration.ofMillis(500))
            .renewal(false)
            .build();

    private final DelegatingBackend backend = new DelegatingBackend();
    private final Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));

    @AfterEach
    void close() {
        engine.close();
    }

    /** A request that ends just before the queue gives it the lock: its withdrawal is still on the way. */
    private BlockingWaiter waiter() {
        BlockingWaiter waiter = new BlockingWaiter(LockOptions.defaults(), true, engine.now());
        engine.join("a", Claim.LOCK, waiter);
        return waiter;
    }

    @Test
    void grantWonForARequestThatWithdrew_isNotGivenToOneWithOtherOptions() {
        backend.service.takeOver("a");
        BlockingWaiter first = waiter();
        CompletableFuture<Lease> second = engine.lock("a", BRIEF).acquireAsync();
        assertThat(backend.service.waiting("a")).isEqualTo(1);
        first.end(Waiter.End.WITHDRAWN);
        backend.service.expire("a");

        assertThat(second).succeedsWithin(SOON);
        assertThat(second.join().remaining()).isLessThanOrEqualTo(BRIEF.leaseTime());
        second.join().close();
        assertThat(backend.service.names()).isZero();
    }

    @Test
    void releasedHold_isNotHandedPastARequestThatWithdrew_toOneWithOtherOptions() {
        backend.service.takeOver("a");
        CompletableFuture<Lease> holder = engine.lock("a").acquireAsync();
        BlockingWaiter first = waiter();
        CompletableFuture<Lease> second = engine.lock("a", BRIEF).acquireAsync();
        // A second look, with others waiting, reserves the tokens that a hand-off needs.
        backend.service.expire("a");
        assertThat(holder).succeedsWithin(SOON);
        first.end(Waiter.End.WITHDRAWN);
        holder.join().close();

        assertThat(second).succeedsWithin(SOON);
        assertThat(second.join().remaining()).isLessThanOrEqualTo(BRIEF.leaseTime());
        second.join().close();
        assertThat(backend.service.names()).isZero();
    }
}
