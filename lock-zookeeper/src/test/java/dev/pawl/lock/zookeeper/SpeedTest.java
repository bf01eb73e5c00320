package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.memory.MemoryBackend;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The budget as latency, through a link that takes 5 ms each way, and as a ratio to what else there is, in the same run. */
@Timeout(120)
class SpeedTest {

    private static final Duration ONE_WAY = Duration.ofMillis(5);
    private static final long ROUND_TRIP = ONE_WAY.multipliedBy(2).toNanos();
    private static final int ROUNDS = 40;

    private TestServer server;
    private SlowLink link;

    @BeforeEach
    void start() {
        server = TestServer.start();
        link = new SlowLink(server.port(), ONE_WAY);
    }

    @AfterEach
    void stop() {
        link.close();
        server.close();
    }

    private interface Action {
        void run() throws Exception;
    }

    private static long timed(Action action) throws Exception {
        long start = System.nanoTime();
        action.run();
        return System.nanoTime() - start;
    }

    /** A busy machine makes many slow, and none quicker than its round trips through the link. */
    private static long quickest(long[] values) {
        return LongStream.of(values).min().orElseThrow();
    }

    @Test
    void acquire_takesHalfOfTheStockRecipesTime() throws Exception {
        try (CuratorFramework client = TestServer.client(link.address());
                LockClient locks = LockClient.using(ZooKeeperBackend.create(client))) {
            DistributedLock ours = locks.lock("ours");
            InterProcessMutex stock = new InterProcessMutex(client, "/stock");
            long[] oursTook = new long[ROUNDS];
            long[] stockTook = new long[ROUNDS];
            for (int i = -5; i < ROUNDS; i++) {
                long start = System.nanoTime();
                Lease lease = ours.acquire();
                long took = System.nanoTime() - start;
                lease.close();
                long stocks = timed(stock::acquire);
                stock.release();
                if (i >= 0) {
                    oursTook[i] = took;
                    stockTook[i] = stocks;
                }
            }
            System.out.printf(
                    "acquire through a 10 ms link: %.2f ms, InterProcessMutex %.2f ms%n",
                    quickest(oursTook) / 1e6, quickest(stockTook) / 1e6);
            assertThat((double) quickest(oursTook) / quickest(stockTook)).isLessThanOrEqualTo(0.55);
            assertThat(quickest(oursTook)).isBetween(ROUND_TRIP, ROUND_TRIP * 3 / 2);
        }
    }

    @Test
    void release_takesOneRoundTrip() throws Exception {
        try (LockClient locks = LockClient.using(ZooKeeperBackendTest.connect(link.url()))) {
            long[] took = new long[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                Lease lease = locks.lock("ours").acquire();
                took[i] = timed(lease::close);
            }
            assertThat(quickest(took)).isBetween(ROUND_TRIP, ROUND_TRIP * 3 / 2);
        }
    }

    @Test
    void tryAcquireOfAHeldLock_takesOneRoundTrip() throws Exception {
        try (LockClient holding = LockClient.using(ZooKeeperBackendTest.connect(server.url()));
                LockClient trying = LockClient.using(ZooKeeperBackendTest.connect(link.url()));
                Lease held = holding.lock("ours").acquire()) {
            long[] took = new long[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                took[i] =
                        timed(() -> assertThat(trying.lock("ours").tryAcquire()).isEmpty());
            }
            assertThat(quickest(took)).isBetween(ROUND_TRIP, ROUND_TRIP * 3 / 2);
        }
    }

    @Test
    void handOverBetweenProcesses_takesOneRoundTripFromTheDelete() throws Exception {
        try (LockClient one = LockClient.using(ZooKeeperBackendTest.connect(link.url()));
                LockClient other = LockClient.using(ZooKeeperBackendTest.connect(link.url()))) {
            long[] took = new long[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                Lease holder = one.lock("ours").acquire();
                CompletableFuture<Lease> waiter = other.lock("ours").acquireAsync();
                await().pollInterval(Duration.ofMillis(2))
                        .until(() -> server.children("/pawl/ours").size() == 2);
                // Until the watch stands.
                Thread.sleep(3 * ONE_WAY.toMillis() * 2);
                CompletableFuture<Long> granted = waiter.thenApply(lease -> {
                    long now = System.nanoTime();
                    lease.releaseAsync();
                    return now;
                });
                long start = System.nanoTime();
                holder.releaseAsync();
                took[i] = granted.get() - start;
            }
            System.out.printf("hand-over through a 10 ms link: %.2f ms%n", quickest(took) / 1e6);
            assertThat(quickest(took)).isBetween(ROUND_TRIP, ROUND_TRIP * 3 / 2);
        }
    }

    // --- one lock, 16 threads ----------------------------------------------------------------------------------

    private static final int THREADS = 16;
    private static final Duration SLICE = Duration.ofMillis(300);
    private static final int WARM_UP = 3;
    private static final int IN_TURNS = 11;

    /**
     * Wanted is half, and measured were 0.54 to 0.89: see decision 22. The floor jumps by ten times with what a thread switch
     * costs, so a build on a busy machine asks for a little less. What the engine reaches without a service is printed beside it.
     */
    @Test
    void sixteenThreadsOnOneLock_keepUpWithAFairReentrantLock() throws Exception {
        try (LockClient zookeeper = LockClient.using(ZooKeeperBackendTest.connect(server.url()));
                LockClient memory = LockClient.using(MemoryBackend.create())) {
            DistributedLock ours = zookeeper.lock("ours");
            DistributedLock inProcess = memory.lock("ours");
            ReentrantLock fair = new ReentrantLock(true);
            double[] ratios = new double[IN_TURNS];
            for (int i = -WARM_UP; i < IN_TURNS; i++) {
                long rate = rate(() -> ours.acquire().close());
                long floor = rate(() -> {
                    fair.lock();
                    try {
                        Thread.onSpinWait();
                    } finally {
                        fair.unlock();
                    }
                });
                long without = rate(() -> inProcess.acquire().close());
                System.out.printf(
                        "16 threads, one lock: %d/s, fair ReentrantLock %d/s, in memory %d/s%n", rate, floor, without);
                if (i >= 0) {
                    ratios[i] = (double) rate / floor;
                }
            }
            Arrays.sort(ratios);
            assertThat(ratios[IN_TURNS / 2]).isGreaterThanOrEqualTo(0.35);
        }
    }

    @Test
    void sixteenThreadsOnOneLock_areManyTimesFasterThanTheStockRecipe() throws Exception {
        try (CuratorFramework client = TestServer.client(server.address());
                LockClient locks = LockClient.using(ZooKeeperBackend.create(client))) {
            DistributedLock lock = locks.lock("ours");
            InterProcessMutex stock = new InterProcessMutex(client, "/stock");
            long ours = rate(() -> lock.acquire().close());
            long theirs = rate(() -> {
                stock.acquire();
                stock.release();
            });
            System.out.printf("16 threads, one lock: %d/s, InterProcessMutex %d/s%n", ours, theirs);
            assertThat(ours).isGreaterThan(20 * theirs);
        }
    }

    /** Counted only while all stand in the queue: one that is alone with the lock is quick, and proves nothing. */
    private static long rate(Action use) throws Exception {
        AtomicLongArray uses = new AtomicLongArray(THREADS);
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<?>[] users = IntStream.range(0, THREADS)
                .mapToObj(i -> inAThread(() -> {
                    while (!enough.get()) {
                        use.run();
                        uses.incrementAndGet(i);
                    }
                }))
                .toArray(CompletableFuture<?>[]::new);
        await().pollInterval(Duration.ofMillis(5))
                .until(() -> IntStream.range(0, THREADS).allMatch(i -> uses.get(i) > 10));
        long before = sum(uses);
        long start = System.nanoTime();
        Thread.sleep(SLICE.toMillis());
        double seconds = (System.nanoTime() - start) / 1e9;
        long counted = sum(uses) - before;
        enough.set(true);
        CompletableFuture.allOf(users).get();
        return (long) (counted / seconds);
    }

    private static long sum(AtomicLongArray uses) {
        return IntStream.range(0, uses.length()).mapToLong(uses::get).sum();
    }

    private static CompletableFuture<Boolean> inAThread(Action action) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        new Thread(() -> {
                    try {
                        action.run();
                        done.complete(true);
                    } catch (Exception e) {
                        done.completeExceptionally(e);
                    }
                })
                .start();
        return done;
    }
}
