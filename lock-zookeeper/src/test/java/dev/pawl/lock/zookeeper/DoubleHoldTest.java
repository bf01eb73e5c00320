package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The two ways in which Curator's own recipe holds twice. Each scenario is run on the stock recipe too, which must fail it: otherwise
 * the scenario proves nothing of ours.
 */
@Timeout(120)
class DoubleHoldTest {

    private static final String NAME = "contested";

    /** A lock as both recipes have it, used by one thread at a time. */
    private interface Mutex {
        /** False if it was given up. */
        boolean acquire() throws Exception;

        /** Whether its holder would go on working now. */
        boolean isHeld();

        void release() throws Exception;
    }

    private static Mutex ours(CuratorFramework client, String name) {
        LockClient locks = LockClient.using(ZooKeeperBackend.create(client));
        return new Mutex() {
            private volatile @Nullable Lease lease;

            @Override
            public boolean acquire() throws InterruptedException {
                lease = locks.lock(name).acquire();
                return true;
            }

            @Override
            public boolean isHeld() {
                Lease held = lease;
                return held != null && held.isValid();
            }

            @Override
            public void release() {
                Objects.requireNonNull(lease).close();
            }
        };
    }

    private static Mutex stock(CuratorFramework client, String name) {
        InterProcessMutex mutex = new InterProcessMutex(client, "/stock/" + name);
        return new Mutex() {
            @Override
            public boolean acquire() throws Exception {
                return mutex.acquire(TestServer.SESSION.toSeconds() * 2, TimeUnit.SECONDS);
            }

            @Override
            public boolean isHeld() {
                return mutex.isAcquiredInThisProcess();
            }

            @Override
            public void release() throws Exception {
                mutex.release();
            }
        };
    }

    private TestServer server;
    private ExecutorService threads;

    @BeforeEach
    void start() {
        server = TestServer.start();
        threads = Executors.newCachedThreadPool();
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        server.close();
    }

    // --- the node of a dead session (CURATOR-604) --------------------------------------------------------------

    @Test
    void nodeOfADeadSession_wins_inTheStockRecipe() throws Exception {
        boolean twice = false;
        // Who looks by chance while its session changes makes a new node, as it should.
        for (int round = 0; round < 10 && !twice; round++) {
            twice = isHeldTwiceAfterASessionEnds(DoubleHoldTest::stock, "/stock/", NAME + round, false);
        }
        assertThat(twice).isTrue();
    }

    @Test
    void nodeOfADeadSession_neverWins() throws Exception {
        assertThat(isHeldTwiceAfterASessionEnds(DoubleHoldTest::ours, "/pawl/", NAME, true))
                .isFalse();
    }

    /**
     * One holds, two wait. The first that waits gives up its session, as a client does that was cut off for too long; the
     * service knows nothing of that yet, and has the session's node until its time is over. Then the holder releases.
     *
     * @param goOn whether both are expected to get the lock, one after the other
     */
    private boolean isHeldTwiceAfterASessionEnds(
            BiFunction<CuratorFramework, String, Mutex> recipe, String root, String name, boolean goOn)
            throws Exception {
        String parent = root + name;
        try (CuratorFramework holding = server.client();
                CuratorFramework losing = server.client();
                CuratorFramework waiting = server.client()) {
            Mutex holder = recipe.apply(holding, name);
            Mutex loser = recipe.apply(losing, name);
            Mutex waiter = recipe.apply(waiting, name);
            ExecutorService holdersThread = Executors.newSingleThreadExecutor();
            in(holdersThread, holder::acquire).get();
            Future<?> lost = in(threads, loser::acquire);
            await().until(() -> server.children(parent).size() == 2);
            Future<?> waited = in(threads, waiter::acquire);
            await().until(() -> server.children(parent).size() == 3);
            // Both wait: a request of a handle that ends may never be answered.
            await().until(() -> server.watched().stream()
                            .filter(node -> node.startsWith(parent + "/"))
                            .count()
                    == 2);

            ZooKeeper dead = losing.getZookeeperClient().getZooKeeper();
            dead.getTestable().injectSessionExpiration();
            await().until(() -> losing.getZookeeperClient().isConnected()
                    && losing.getZookeeperClient().getZooKeeper() != dead);
            in(holdersThread, holder::release).get();

            long end = System.nanoTime() + TestServer.SESSION.multipliedBy(2).toNanos();
            boolean twice = false;
            while (System.nanoTime() < end && !twice) {
                twice = lost.isDone() && waited.isDone() && loser.isHeld() && waiter.isHeld();
                Thread.sleep(1);
            }
            if (goOn) {
                waited.get(1, TimeUnit.SECONDS);
                assertThat(waiter.isHeld()).isTrue();
                assertThat(loser.isHeld()).isFalse();
                waiter.release();
                lost.get(1, TimeUnit.SECONDS);
                assertThat(loser.isHeld()).isTrue();
            }
            holdersThread.shutdownNow();
            return twice;
        }
    }

    /** Something that may throw. */
    private interface Action {
        void run() throws Exception;
    }

    private static Future<?> in(ExecutorService thread, Action action) {
        Callable<Boolean> task = () -> {
            action.run();
            return true;
        };
        return thread.submit(task);
    }

    // --- the end of the sequence -------------------------------------------------------------------------------

    @Test
    void endOfTheSequence_hasSeveralHolders_inTheStockRecipe() throws Exception {
        int most = 0;
        for (int round = 0; round < 20 && most < 2; round++) {
            most = Math.max(most, mostHoldersAtTheEnd(DoubleHoldTest::stock, "/stock/", round));
        }
        assertThat(most).isGreaterThan(1);
    }

    @Test
    void endOfTheSequence_hasOneHolder() throws Exception {
        for (int round = 0; round < 5; round++) {
            assertThat(mostHoldersAtTheEnd(DoubleHoldTest::ours, "/pawl/", round))
                    .isEqualTo(1);
        }
    }

    private int mostHoldersAtTheEnd(BiFunction<CuratorFramework, String, Mutex> recipe, String root, int round)
            throws Exception {
        String name = NAME + round;
        List<CuratorFramework> clients =
                Stream.generate(server::client).limit(4).toList();
        try {
            List<Mutex> mutexes =
                    clients.stream().map(client -> recipe.apply(client, name)).toList();
            mutexes.get(0).acquire();
            mutexes.get(0).release();
            server.setSequence(root + name, Integer.MAX_VALUE);
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            CompletableFuture<?>[] users = mutexes.stream()
                    .map(mutex -> CompletableFuture.runAsync(() -> use(mutex, inside, most), threads))
                    .toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(users).get();
            return most.get();
        } finally {
            clients.forEach(CuratorFramework::close);
        }
    }

    private static void use(Mutex mutex, AtomicInteger inside, AtomicInteger most) {
        try {
            for (int i = 0; i < 10; i++) {
                if (!acquirePatiently(mutex)) {
                    return;
                }
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                Thread.sleep(5);
                inside.decrementAndGet();
                mutex.release();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** At the end of a sequence ours refuses while others queue; the stock recipe may also wait for ever, and is given up. */
    private static boolean acquirePatiently(Mutex mutex) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (System.nanoTime() < end) {
            try {
                return mutex.acquire();
            } catch (LockBackendException refused) {
                Thread.sleep(5);
            }
        }
        throw new AssertionError("refused for too long");
    }
}
