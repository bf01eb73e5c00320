package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Many waiters, many names, many threads: what they may cost. */
public interface ScaleContract extends ContractCase {

    /** How many threads and connections the waiters may cost, however many they are. */
    int FEW = 40;

    /** On few enough locks that a busy machine answers all of them within one I/O time limit. */
    @Test
    default void tenThousandWaitersOnHundredsOfLocks_costFewThreadsAndConnections() {
        bench().takeTurn();
        List<String> names = Stream.generate(bench()::name).limit(250).toList();
        LockClient waiting = bench().newClient();
        List<Lease> holders = Bench.get(all(names.stream()
                .map(name -> bench().client().lock(name).acquireAsync())
                .toList()));
        int threads = Thread.getAllStackTraces().size();
        int connections = bench().fixture().connections().orElse(0);

        List<CompletableFuture<Lease>> withdrawn = new ArrayList<>();
        List<CompletableFuture<Lease>> served = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            for (String name : names) {
                (i % 2 == 0 ? served : withdrawn).add(waiting.lock(name).acquireAsync());
            }
        }
        assertThat(Thread.getAllStackTraces().size() - threads).as("threads").isLessThan(FEW);
        assertThat(bench().fixture().connections().orElse(0) - connections)
                .as("connections")
                .isLessThan(FEW);

        assertThat(withdrawn).allMatch(waiter -> waiter.cancel(true));
        List<CompletableFuture<Void>> ends = served.stream()
                .map(waiter -> waiter.thenCompose(Lease::releaseAsync))
                .toList();
        // Fifty at a time, so that a busy machine answers all of them within one I/O time limit.
        for (int i = 0; i < holders.size(); i += 50) {
            Bench.get(all(
                    holders.subList(i, i + 50).stream().map(Lease::releaseAsync).toList()));
        }
        Bench.get(
                CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).thenApply(done -> true));
        assertThat(Thread.getAllStackTraces().size() - threads).as("threads").isLessThan(FEW);
        IntStream.range(0, names.size())
                .filter(i -> i % 25 == 0)
                .mapToObj(names::get)
                .forEach(bench()::assertNothingLeft);
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    }

    @Test
    @Proves(Part.BACKEND)
    default void aMillionNamesUsedOnce_leaveNoMemory() {
        LockClient client = bench().client();
        int names = bench().fixture().manyNames();
        useOnce(client, names / 4);
        long before = usedHeap();
        useOnce(client, names);
        Bench.await("the heap is as it was")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(
                        () -> assertThat(usedHeap() - before).as("bytes left").isLessThan(3_000_000));
    }

    private void useOnce(LockClient client, int names) {
        int inFlight = bench().fixture().mostHolds();
        Semaphore room = new Semaphore(inFlight);
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < names; i++) {
            room.acquireUninterruptibly();
            CompletableFuture<Void> use = client.lock(bench().name())
                    .acquireAsync()
                    .thenCompose(Lease::releaseAsync)
                    .whenComplete((done, failure) -> {
                        if (failure != null) {
                            failures.add(failure);
                        }
                        room.release();
                    });
            assertThat(use).isNotNull();
        }
        room.acquireUninterruptibly(inFlight);
        assertThat(failures).isEmpty();
    }

    private static long usedHeap() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }

    @Test
    default void aThousandHolds_areAllRenewed() {
        bench().takeTurn();
        // A lease begins before its request waits in line behind hundreds of others.
        Duration leaseTime = Duration.ofSeconds(4);
        LockClient client = bench().newClient(Bench.options(leaseTime));
        // A hundred at a time: a busy server takes longer than the I/O time limit for the first answers to a thousand
        // at once.
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            leases.addAll(Bench.get(all(Stream.generate(bench()::name)
                    .limit(100)
                    .map(name -> client.lock(name).acquireAsync())
                    .toList())));
        }
        Bench.await("two lease times pass")
                .during(leaseTime.multipliedBy(2))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> leases.stream().allMatch(Lease::isValid));
        for (int i = 0; i < 1_000; i += 100) {
            leases.subList(i, i + 100).stream()
                    .map(Lease::releaseAsync)
                    .toList()
                    .forEach(CompletableFuture::join);
        }
    }

    @Test
    @Proves(Part.BACKEND)
    default void aThousandVirtualThreads_haveOneHolderAtATime() {
        Optional<Executor> executor = VirtualThreads.perTask();
        assumeTrue(executor.isPresent(), "this JDK has no virtual threads");
        LockClient client = bench().client();
        List<String> names = Stream.generate(bench()::name).limit(20).toList();
        List<AtomicInteger> inside =
                names.stream().map(name -> new AtomicInteger()).toList();
        List<CompletableFuture<Boolean>> uses = IntStream.range(0, 1_000)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> {
                            try (Lease lease = client.lock(names.get(i % 20)).acquire()) {
                                boolean alone = inside.get(i % 20).incrementAndGet() == 1;
                                inside.get(i % 20).decrementAndGet();
                                return alone && lease.isValid();
                            } catch (InterruptedException e) {
                                return false;
                            }
                        },
                        executor.get()))
                .toList();
        assertThat(Bench.get(all(uses))).containsOnly(true);
        names.forEach(bench()::assertNothingLeft);
    }
}
