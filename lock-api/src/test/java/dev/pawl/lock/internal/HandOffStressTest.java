package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.memory.MemoryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two clients with eight threads each do everything at once to three locks, for some seconds of real time. */
class HandOffStressTest {

    private static final long SEED = Long.getLong("pawl.test.seed", 42);
    private static final long RUN = TimeUnit.SECONDS.toNanos(Integer.getInteger("pawl.test.seconds", 5));
    private static final int THREADS = 8;
    private static final List<String> NAMES = List.of("a", "b", "c");

    private static final LockOptions RENEWED =
            LockOptions.builder().leaseTime(Duration.ofSeconds(5)).build();
    private static final LockOptions BRIEF = LockOptions.builder()
            .leaseTime(Duration.ofMillis(50))
            .renewal(false)
            .build();

    private final MemoryBackend backend = MemoryBackend.create();
    private final List<Engine> clients = List.of(client(), client());
    private final ExecutorService workers = Executors.newFixedThreadPool(2 * THREADS);
    private final ExecutorService others = Executors.newFixedThreadPool(2);
    private final List<Thread> interruptible = new ArrayList<>();

    /** What is known of one name: the largest token that was returned, and the lease that was returned last. */
    private final ConcurrentMap<String, Long> largest = new ConcurrentHashMap<>();

    private final ConcurrentMap<String, AtomicReference<@Nullable Lease>> holders = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Boolean> tokens = new ConcurrentHashMap<>();
    private final AtomicInteger acquired = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger interrupted = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicInteger timedOut = new AtomicInteger();

    private Engine client() {
        return new Engine(backend, RENEWED, Environment.live(backend.ticker()));
    }

    @AfterEach
    void close() {
        workers.shutdownNow();
        others.shutdownNow();
        clients.forEach(Engine::close);
    }

    @Test
    void everythingAtOnce_keepsOneHolder_risingTokens_andLosesNoRequest() throws Exception {
        long end = System.nanoTime() + RUN;
        SplittableRandom seeds = new SplittableRandom(SEED);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 2 * THREADS; i++) {
            Engine client = clients.get(i % 2);
            SplittableRandom chance = seeds.split();
            running.add(workers.submit(() -> work(client, chance, end)));
        }
        running.add(others.submit(() -> interrupt(seeds.split(), end)));
        for (Future<?> worker : running) {
            worker.get(60, TimeUnit.SECONDS);
        }
        await().until(() -> clients.stream().allMatch(client -> client.names() == 0));
        await().until(() -> backend.names() == 0);
        assertThat(acquired.get()).isPositive();
        assertThat(lost.get()).isPositive();
        assertThat(interrupted.get()).isPositive();
        assertThat(cancelled.get()).isPositive();
        assertThat(timedOut.get()).isPositive();
        System.out.println(acquired + " acquired, " + lost + " lost, " + interrupted + " interrupted, " + cancelled
                + " cancelled, " + timedOut + " timed out");
    }

    private @Nullable Void work(Engine client, SplittableRandom chance, long end) {
        synchronized (interruptible) {
            interruptible.add(Thread.currentThread());
        }
        while (System.nanoTime() < end) {
            String name = NAMES.get(chance.nextInt(NAMES.size()));
            boolean brief = chance.nextInt(20) == 0;
            long floor = largest.getOrDefault(name, 0L);
            try {
                Lease lease = request(client.lock(name, brief ? BRIEF : RENEWED), chance);
                if (lease == null) {
                    timedOut.incrementAndGet();
                } else {
                    use(lease, floor, brief && chance.nextInt(4) == 0, chance);
                }
            } catch (LockTimeoutException e) {
                timedOut.incrementAndGet();
            } catch (InterruptedException e) {
                interrupted.incrementAndGet();
            }
        }
        synchronized (interruptible) {
            interruptible.remove(Thread.currentThread());
        }
        return null;
    }

    private @Nullable Lease request(DistributedLock lock, SplittableRandom chance) throws InterruptedException {
        Duration brief = Duration.ofNanos(chance.nextLong(1 + (1_000_000L >> chance.nextInt(20))));
        return switch (chance.nextInt(8)) {
            case 0 -> lock.tryAcquire().orElse(null);
            case 1 -> lock.tryAcquire(brief).orElse(null);
            case 2 -> lock.acquire(brief);
            case 3 -> cancelled(lock.acquireAsync(), chance);
            case 4 -> cancelled(lock.acquireAsync(brief), chance);
            default -> lock.acquire();
        };
    }

    /** Cancels after a moment, unless it was granted before. */
    private @Nullable Lease cancelled(CompletableFuture<Lease> future, SplittableRandom chance) {
        linger(chance);
        if (future.cancel(false)) {
            cancelled.incrementAndGet();
            return null;
        }
        try {
            return future.join();
        } catch (CancellationException | CompletionException e) {
            return null;
        }
    }

    private static void linger(SplittableRandom chance) {
        long end = System.nanoTime() + chance.nextLong(1 + (200_000L >> chance.nextInt(16)));
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    private void use(Lease lease, long floor, boolean overstay, SplittableRandom chance) {
        String name = lease.name();
        long token = lease.token().value();
        assertThat(token).isGreaterThan(floor);
        assertThat(tokens.put(lease.token().toString(), true)).isNull();
        largest.merge(name, token, Math::max);
        AtomicReference<@Nullable Lease> holder = holders.computeIfAbsent(name, key -> new AtomicReference<>());
        Lease before = holder.getAndSet(lease);
        if (lease.isValid()) {
            assertThat(before != null && before.isValid())
                    .as(before + " still valid")
                    .isFalse();
        }
        acquired.incrementAndGet();
        linger(chance);
        while (overstay && lease.isValid()) {
            LockSupport.parkNanos(1_000_000);
        }
        holder.compareAndSet(lease, null);
        close(lease, chance);
    }

    private void close(Lease lease, SplittableRandom chance) {
        int how = chance.nextInt(10);
        if (how == 0) {
            others.execute(() -> lease.releaseAsync());
            return;
        }
        try {
            if (how < 3) {
                lease.releaseAsync();
            }
            lease.close();
            assertThat(lease.isValid()).isFalse();
        } catch (LeaseLostException e) {
            lost.incrementAndGet();
        }
    }

    private @Nullable Void interrupt(SplittableRandom chance, long end) {
        while (System.nanoTime() < end) {
            synchronized (interruptible) {
                if (!interruptible.isEmpty()) {
                    interruptible.get(chance.nextInt(interruptible.size())).interrupt();
                }
            }
            LockSupport.parkNanos(chance.nextLong(500_000));
        }
        return null;
    }
}
