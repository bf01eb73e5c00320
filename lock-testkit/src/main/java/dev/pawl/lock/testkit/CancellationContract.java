package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code cancel()} withdraws a request, before, during and after the service has answered it. */
public interface CancellationContract extends ContractCase {

    @Test
    @Proves(Part.BACKEND)
    default void aCancelledWaiter_leavesNothingBehind() {
        String name = bench().name();
        Lease holder = Bench.hold(bench().client(), name);
        LockClient waiting = bench().newClient();
        List<CompletableFuture<Lease>> waiters = Stream.generate(
                        () -> waiting.lock(name).acquireAsync())
                .limit(50)
                .toList();
        assertThat(waiters).allMatch(waiter -> waiter.cancel(true)).allMatch(CompletableFuture::isCancelled);
        assertThat(Bench.failure(waiters.get(0))).isInstanceOf(CancellationException.class);
        holder.close();
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aCancelBeforeTheReply_undoesTheGrant() {
        String name = bench().name();
        Bench.hold(bench().client(), bench().name()).close();
        bench().pauseService();
        CompletableFuture<Lease> request = bench().client().lock(name).acquireAsync();
        assertThat(request.cancel(false)).isTrue();
        bench().resumeService();
        bench().assertNothingLeft(name, bench().ioBound().multipliedBy(2));
    }

    @Test
    @Proves(Part.BACKEND)
    default void aCancelRacingTheAnswer_leavesALeaseOrNothing() {
        Random random = new Random(7);
        String name = bench().name();
        DistributedLock lock = bench().client().lock(name);
        for (int i = 0; i < 300; i++) {
            CompletableFuture<Lease> request = lock.acquireAsync();
            Races.spin(random, Duration.ofMillis(1));
            if (!request.cancel(true)) {
                Bench.get(request).close();
            }
        }
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aCancelRacingARelease_leavesALeaseOrNothing() {
        Random random = new Random(11);
        DistributedLock held = bench().client().lock(bench().name());
        List<DistributedLock> others = List.of(held, bench().newClient().lock(held.name()));
        for (int i = 0; i < 200; i++) {
            Lease holder = Bench.get(held.acquireAsync());
            CompletableFuture<Lease> request = others.get(i % 2).acquireAsync();
            Races.spin(random, Duration.ofMillis(1));
            CompletableFuture<Void> release = holder.releaseAsync();
            Races.spin(random, Duration.ofMillis(1));
            if (!request.cancel(true)) {
                Bench.get(request).close();
            }
            Bench.get(release);
        }
        bench().assertNothingLeft(held.name());
    }

    @Test
    @Proves(Part.ENGINE)
    default void waitersBehindACancelledOne_areServed() {
        String name = bench().name();
        Lease holder = Bench.hold(bench().client(), name);
        LockClient waiting = bench().newClient();
        List<CompletableFuture<Lease>> waiters = Stream.generate(
                        () -> waiting.lock(name).acquireAsync())
                .limit(40)
                .toList();
        IntStream.range(0, 40)
                .filter(i -> i % 3 != 2)
                .forEach(i -> waiters.get(i).cancel(true));
        holder.close();
        IntStream.range(0, 40)
                .filter(i -> i % 3 == 2)
                .forEach(i -> Bench.get(waiters.get(i)).close());
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.ENGINE)
    default void aCancelAfterTheGrant_changesNothing() {
        CompletableFuture<Lease> request = bench().client().lock(bench().name()).acquireAsync();
        try (Lease lease = Bench.get(request)) {
            assertThat(request.cancel(true)).isFalse();
            assertThat(lease.isValid()).isTrue();
        }
    }

    /** A future that its user completes is as gone as a cancelled one. */
    @Test
    @Proves(Part.BACKEND)
    default void aFutureThatTimesOutByItself_leavesNothingBehind() {
        String name = bench().name();
        Lease holder = Bench.hold(bench().client(), name);
        CompletableFuture<Lease> request =
                bench().newClient().lock(name).acquireAsync().orTimeout(50, TimeUnit.MILLISECONDS);
        assertThat(Bench.failure(request)).isInstanceOf(TimeoutException.class);
        holder.close();
        bench().assertNothingLeft(name);
    }
}
