package dev.pawl.lock.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.DistributedSemaphore;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockClientClosedException;
import dev.pawl.lock.LossReason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the service in the JVM lets a test see of permits, and do to them. */
class MemorySemaphoreTest {

    private static final String NAME = "permits";

    private final MemoryBackend service = MemoryBackend.create();
    private final LockClient client = LockClient.using(service);
    private final DistributedSemaphore semaphore = client.semaphore(NAME, 3);

    @AfterEach
    void close() {
        client.close();
        assertThat(service.names()).isZero();
    }

    private static Lease hold(Optional<Lease> lease) {
        return lease.orElseThrow();
    }

    private static Lease get(CompletableFuture<Lease> lease) throws Exception {
        return lease.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aServiceCounts_whatIsHeldAndWhoWaits() throws Exception {
        Lease two = hold(semaphore.permits(2).tryAcquire());
        CompletableFuture<Lease> waiting = semaphore.permits(2).acquireAsync();
        assertThat(service.permitsHeld(NAME)).isEqualTo(2);
        assertThat(service.waitingForPermits(NAME)).isEqualTo(1);
        assertThat(service.isHeld(NAME)).as("a lock of that name").isFalse();
        assertThat(service.names()).isEqualTo(1);
        two.close();
        get(waiting).close();
        assertThat(service.permitsHeld(NAME)).isZero();
        assertThat(service.waitingForPermits(NAME)).isZero();
    }

    @Test
    void expire_endsOneHold_withoutTellingItsHolder() {
        Lease expired = hold(semaphore.tryAcquire());
        Lease kept = hold(semaphore.tryAcquire());
        assertThat(service.expire(expired)).isTrue();
        assertThat(service.expire(expired)).isFalse();
        assertThat(expired.isValid()).isTrue();
        assertThat(service.permitsHeld(NAME)).isEqualTo(1);
        assertThatThrownBy(expired::close).isInstanceOf(LeaseLostException.class);
        kept.close();
    }

    @Test
    void expire_endsAlsoTheHoldOfALock() {
        Lease lock = hold(client.lock(NAME).tryAcquire());
        assertThat(service.expire(lock)).isTrue();
        assertThat(service.isHeld(NAME)).isFalse();
        assertThatThrownBy(lock::close).isInstanceOf(LeaseLostException.class);
    }

    @Test
    void lose_tellsTheHolder_andServesTheNext() throws Exception {
        Lease all = hold(semaphore.permits(3).tryAcquire());
        CompletableFuture<Lease> waiting = semaphore.acquireAsync();
        CompletableFuture<LossReason> told = new CompletableFuture<>();
        all.onLost(event -> told.complete(event.reason()));
        assertThat(service.lose(all)).isTrue();
        assertThat(told.get(20, TimeUnit.SECONDS)).isEqualTo(LossReason.SESSION_LOST);
        get(waiting).close();
        assertThatThrownBy(all::close).isInstanceOf(LeaseLostException.class);
    }

    @Test
    void advance_endsLeases_andWaitersAreServed() throws Exception {
        List<Lease> held =
                List.of(hold(semaphore.tryAcquire()), hold(semaphore.permits(2).tryAcquire()));
        CompletableFuture<Lease> waiting = semaphore.permits(3).acquireAsync();
        service.advance(Duration.ofSeconds(31));
        assertThat(held).noneMatch(Lease::isValid);
        get(waiting).close();
    }

    /** What it gives back may be granted to its own requests, before they are told that it closes. */
    @Test
    void aClientThatCloses_givesNothingToItsOwnWaiters() {
        for (int round = 0; round < 20; round++) {
            LockClient closing = LockClient.using(service);
            DistributedSemaphore own = closing.semaphore(NAME, 3);
            hold(own.permits(3).tryAcquire());
            List<CompletableFuture<Lease>> waiting =
                    Stream.generate(own::acquireAsync).limit(5).toList();
            closing.close();
            assertThat(waiting)
                    .allSatisfy(request ->
                            assertThatThrownBy(() -> get(request)).hasCauseInstanceOf(LockClientClosedException.class));
            assertThat(service.names()).isZero();
        }
    }

    @Test
    void clear_forgetsPermits_andWaitersLookAgain() throws Exception {
        Lease lost = hold(semaphore.permits(3).tryAcquire());
        CompletableFuture<Lease> waiting = semaphore.acquireAsync();
        service.clear();
        get(waiting).close();
        assertThatThrownBy(lost::close).isInstanceOf(LeaseLostException.class);
    }
}
