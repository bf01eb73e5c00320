package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockClientClosedException;
import dev.pawl.lock.LossReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The end of a client: what it holds is released, what waits for it fails, and it takes a bounded time. */
public interface ClientCloseContract extends ContractCase {

    @Test
    @Proves(Part.BACKEND)
    default void waitersOfAClosedClient_fail() {
        String name = bench().name();
        Lease holder = Bench.hold(bench().newClient(), name);
        DistributedLock lock = bench().client().lock(name);
        List<Job<Lease>> blocking =
                Stream.generate(() -> bench().start(lock::acquire)).limit(5).toList();
        blocking.forEach(Job::awaitWaiting);
        List<CompletableFuture<Lease>> async =
                Stream.generate(lock::acquireAsync).limit(5).toList();
        bench().client().close();
        blocking.forEach(waiter -> assertClosed(name, waiter.failure()));
        async.forEach(waiter -> assertClosed(name, Bench.failure(waiter)));
        holder.close();
        bench().assertNothingLeft(name);
    }

    private static void assertClosed(String name, Throwable failure) {
        assertThat(failure)
                .asInstanceOf(InstanceOfAssertFactories.throwable(LockClientClosedException.class))
                .hasMessageContaining(name)
                .satisfies(closed -> assertThat(closed.lockName()).contains(name));
    }

    @Test
    @Proves(Part.BACKEND)
    default void leasesOfAClosedClient_areLostAndFreeAtOnce() {
        String name = bench().name();
        Lease lease = Bench.hold(bench().client(), name);
        BlockingQueue<LeaseLostEvent> events = new LinkedBlockingQueue<>();
        lease.onLost(events::add);
        bench().client().close();
        assertThat(lease.isValid()).isFalse();
        bench().assertNothingLeft(name);
        Bench.await("the news").until(() -> !events.isEmpty());
        assertThat(events).extracting(LeaseLostEvent::reason).containsExactly(LossReason.CLIENT_CLOSED);
        assertThatThrownBy(lease::close)
                .asInstanceOf(InstanceOfAssertFactories.throwable(LeaseLostException.class))
                .satisfies(lost -> assertThat(lost.reason()).isEqualTo(LossReason.CLIENT_CLOSED));
    }

    @Test
    @Proves(Part.ENGINE)
    default void aClosedClient_refusesEveryRequest() {
        String name = bench().name();
        DistributedLock lock = bench().client().lock(name);
        bench().client().close();
        List<ThrowingCallable> requests = List.of(
                lock::tryAcquire,
                lock::acquire,
                () -> lock.acquire(Duration.ofSeconds(1)),
                () -> lock.tryAcquire(Duration.ZERO),
                () -> bench().client().lock(name).tryAcquire(),
                () -> bench().client().lockAll(List.of(name)).tryAcquire());
        assertThat(requests)
                .allSatisfy(request -> assertThatThrownBy(request).isInstanceOf(LockClientClosedException.class));
        assertThat(Bench.failure(lock.acquireAsync())).isInstanceOf(LockClientClosedException.class);
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.BACKEND)
    default void closeOfAClient_isIdempotentFromManyThreads() {
        String name = bench().name();
        Lease lease = Bench.hold(bench().client(), name);
        Stream.generate(() -> bench().start(() -> {
                    bench().client().close();
                    return true;
                }))
                .limit(10)
                .toList()
                .forEach(Job::get);
        bench().client().close();
        assertThat(lease.isValid()).isFalse();
        bench().assertNothingLeft(name);
    }

    @Test
    default void closeOfAClientAtAPausedService_isBounded() {
        assertBoundedClose(bench()::pauseService);
    }

    @Test
    default void closeOfAClientAtADeadService_isBounded() {
        assertBoundedClose(bench()::killService);
    }

    private void assertBoundedClose(Runnable harm) {
        LockClient client = bench().client();
        List<Lease> leases = Stream.generate(() -> Bench.hold(client, bench().name()))
                .limit(50)
                .toList();
        CompletableFuture<Lease> waiter = client.lock(leases.get(0).name()).acquireAsync();
        harm.run();
        assertThat(Bench.timed(client::close)).isLessThan(bench().ioBound().multipliedBy(2));
        assertThat(leases).noneMatch(Lease::isValid);
        assertThat(Bench.failure(waiter)).isInstanceOf(LockClientClosedException.class);
    }

    @Test
    @Proves(Part.BACKEND)
    default void closeRacingRequests_leavesNothingBehind() {
        for (int i = 0; i < 10; i++) {
            String name = bench().name();
            LockClient client = bench().newClient();
            List<Job<Boolean>> users = Stream.generate(() -> bench().start(() -> useUntilClosed(client, name)))
                    .limit(6)
                    .toList();
            Races.spin(new java.util.Random(i), Duration.ofMillis(20));
            client.close();
            users.forEach(Job::get);
            bench().assertNothingLeft(name);
        }
    }

    private static boolean useUntilClosed(LockClient client, String name) throws InterruptedException {
        while (true) {
            try (Lease lease = client.lock(name).acquire()) {
                Thread.onSpinWait();
            } catch (LockClientClosedException e) {
                return true;
            } catch (LeaseLostException e) {
                assertThat(e.reason()).isEqualTo(LossReason.CLIENT_CLOSED);
            }
        }
    }

    /** With a shutdown hook that closes the client while the listener stands in {@code System.exit}. */
    @Test
    @Proves(Part.BACKEND)
    default void aJvmThatExitsWhenItIsToldOfALoss_ends() {
        ChildJvm child = bench().child("exit", bench().name(), "900");
        child.awaitLine("held");
        Bench.await("its end")
                .atMost(bench().ioBound().multipliedBy(2))
                .until(() -> child.endedByItself().isPresent());
        assertThat(child.lines()).contains("closed");
    }

    @Test
    @Proves(Part.BACKEND)
    default void closeOfAClientFromItsOwnCallback_isNoDeadlock() {
        LockClient client = bench().client();
        Lease lease = Bench.hold(client, bench().name(), Bench.unrenewed(Bench.BRIEF_LEASE));
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        lease.onLost(event -> {
            client.close();
            closed.complete(true);
        });
        Bench.get(closed);
        CompletableFuture<Boolean> again = new CompletableFuture<>();
        LockClient other = bench().newClient();
        CompletableFuture<Void> request = other.lock(bench().name())
                .acquireAsync()
                .thenAccept(won -> {
                    other.close();
                    again.complete(won.isValid());
                });
        assertThat(Bench.get(again)).isFalse();
        Bench.get(request.thenApply(done -> true));
    }
}
