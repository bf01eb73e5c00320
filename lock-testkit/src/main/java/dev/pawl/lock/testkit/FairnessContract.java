package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pawl.lock.Guarantees.Order;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** First come, first served: always in a process, between processes where the backend guarantees it. */
public interface FairnessContract extends ContractCase {

    private static LockOptions strict() {
        return Bench.options().toBuilder().handOff(0, Duration.ZERO).build();
    }

    @Test
    @Proves(Part.ENGINE)
    default void waitersOfOneProcess_areServedInTheirOrder() {
        assertServedInOrder(Bench.options());
    }

    @Test
    @Proves(Part.ENGINE)
    default void waitersOfOneProcess_areServedInTheirOrderWithoutHandOff() {
        assertServedInOrder(strict());
    }

    private void assertServedInOrder(LockOptions options) {
        String name = bench().name();
        Queue<Integer> served = new ConcurrentLinkedQueue<>();
        Lease holder = Bench.hold(bench().client(), name, options);
        List<Job<Boolean>> waiters = IntStream.range(0, 30)
                .mapToObj(i -> bench().start(() -> {
                            try (Lease lease =
                                    bench().client().lock(name, options).acquire()) {
                                return served.add(i);
                            }
                        })
                        .awaitWaiting())
                .toList();
        holder.close();
        waiters.forEach(Job::get);
        assertThat(List.copyOf(served)).isSorted().hasSize(30);
    }

    @Test
    @Proves(Part.ENGINE)
    default void asyncAndBlockingWaiters_standInOneQueue() {
        String name = bench().name();
        Queue<Integer> served = new ConcurrentLinkedQueue<>();
        Lease holder = Bench.hold(bench().client(), name);
        List<Runnable> ends = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int place = i;
            if (i % 2 == 0) {
                CompletableFuture<Void> waiter = bench().client()
                        .lock(name)
                        .acquireAsync()
                        .thenCompose(lease -> {
                            served.add(place);
                            return lease.releaseAsync();
                        });
                ends.add(() -> Bench.get(waiter.thenApply(done -> true)));
            } else {
                Job<Boolean> waiter = bench().start(() -> {
                            try (Lease lease = bench().client().lock(name).acquire()) {
                                return served.add(place);
                            }
                        })
                        .awaitWaiting();
                ends.add(waiter::get);
            }
        }
        holder.close();
        ends.forEach(Runnable::run);
        assertThat(List.copyOf(served)).isSorted().hasSize(20);
    }

    /**
     * With hand-off, or with no order, the holder's process would serve its own waiter first, in every round.
     */
    @Test
    default void strictOrder_servesTheOtherProcessesFirst() {
        assumeTrue(
                bench().client().guarantees().order() == Order.FIFO,
                "the backend guarantees no order between processes");
        List<LockClient> clients =
                Stream.generate(() -> bench().newClient(strict())).limit(4).toList();
        Bench.assertTwiceInSixRounds(List.of(1, 2, 3, 4), () -> serveInTurn(clients));
    }

    /** A waiter of each other client, and then one of the holder's own, stand behind a holder of the first. */
    private List<Integer> serveInTurn(List<LockClient> clients) {
        String name = bench().name();
        Queue<Integer> served = new ConcurrentLinkedQueue<>();
        Lease holder = Bench.hold(clients.get(0), name);
        List<Job<Boolean>> waiters = IntStream.rangeClosed(1, 4)
                .mapToObj(i -> {
                    Job<Boolean> waiter = bench().start(() -> {
                                try (Lease lease = clients.get(i % 4).lock(name).acquire()) {
                                    return served.add(i);
                                }
                            })
                            .awaitWaiting();
                    Bench.await("waiter " + i + " is known to the service")
                            .during(Duration.ofMillis(80))
                            .until(() -> !waiter.isDone());
                    return waiter;
                })
                .toList();
        holder.close();
        waiters.forEach(Job::get);
        return List.copyOf(served);
    }

    @Test
    default void handOff_doesNotStarveAnotherProcess() {
        String name = bench().name();
        LockClient greedy = bench().client();
        AtomicBoolean enough = new AtomicBoolean();
        List<Job<Boolean>> hoarders = Stream.generate(() -> bench().start(() -> {
                    while (!enough.get()) {
                        greedy.lock(name).acquire().close();
                    }
                    return true;
                }))
                .limit(4)
                .toList();
        try {
            for (int i = 0; i < 5; i++) {
                bench().newClient()
                        .lock(name)
                        .acquireAsync(Duration.ofSeconds(10))
                        .thenCompose(Lease::releaseAsync)
                        .join();
            }
        } finally {
            enough.set(true);
        }
        hoarders.forEach(Job::get);
        bench().assertNothingLeft(name);
    }

    /** The waiters queue before the service grants, so that the grant can reserve a token for each. */
    @Test
    @Proves(Part.BACKEND)
    default void handOff_needsNoService() {
        String name = bench().name();
        LockOptions roomy =
                Bench.options().toBuilder().handOff(64, Duration.ofSeconds(30)).build();
        Listeners.Recorder events = new Listeners.Recorder(name);
        bench().client().addListener(events);
        Lease other = Bench.hold(bench().newClient(), name);
        List<CompletableFuture<Lease>> waiters = Stream.generate(
                        () -> bench().client().lock(name, roomy).acquireAsync())
                .limit(6)
                .toList();
        Bench.await("the waiters are known to the service")
                .during(Duration.ofMillis(100))
                .until(() -> waiters.stream().noneMatch(CompletableFuture::isDone));
        other.close();
        Lease lease = Bench.get(waiters.get(0));
        bench().pauseService();
        for (CompletableFuture<Lease> next : waiters.subList(1, 6)) {
            lease.close();
            lease = Bench.get(next);
        }
        assertThat(events.lines())
                .filteredOn(line -> line.startsWith("hand-off "))
                .hasSize(5);
        bench().resumeService();
        lease.close();
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.ENGINE)
    default void aHandedLeaseWithoutRenewal_isAFullOne() {
        String name = bench().name();
        Duration leaseTime = Duration.ofSeconds(3);
        LockOptions brief = Bench.unrenewed(leaseTime);
        Lease holder = Bench.hold(bench().client(), name, brief);
        CompletableFuture<Lease> waiter = bench().client().lock(name, brief).acquireAsync();
        Bench.await("half of the lease is over").until(() -> holder.remaining().compareTo(leaseTime.dividedBy(2)) < 0);
        holder.close();
        try (Lease lease = Bench.get(waiter)) {
            assertThat(lease.remaining())
                    .isGreaterThan(leaseTime.multipliedBy(2).dividedBy(3));
        }
    }
}
