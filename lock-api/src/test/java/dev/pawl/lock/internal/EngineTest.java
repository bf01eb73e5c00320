package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.memory.MemoryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EngineTest {

    private final MemoryBackend backend = MemoryBackend.create();
    private final Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));
    private final DistributedLock lock = engine.lock("a");

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void acquireAndRelease_leaveAnEmptyMap() throws Exception {
        try (Lease lease = lock.acquire()) {
            assertThat(lease.isValid()).isTrue();
            assertThat(engine.names()).isEqualTo(1);
            assertThat(lock.tryAcquire()).isEmpty();
            assertThatThrownBy(() -> lock.acquire(Duration.ofMillis(20))).isInstanceOf(LockTimeoutException.class);
        }
        assertThat(engine.names()).isZero();
    }

    @Test
    void sixteenThreads_excludeEachOther_withStrictlyIncreasingTokens() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(16);
        List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        long start = System.nanoTime();
        for (int t = 0; t < 16; t++) {
            pool.submit(() -> {
                for (int i = 0; i < 20_000; i++) {
                    try (Lease lease = lock.acquire()) {
                        if (inside.incrementAndGet() != 1) {
                            overlaps.incrementAndGet();
                        }
                        tokens.add(lease.token().value());
                        inside.decrementAndGet();
                    }
                }
                return null;
            });
        }
        pool.shutdown();
        assertThat(pool.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        System.out.println("rate " + 320_000 * 1e9 / (System.nanoTime() - start));
        assertThat(overlaps).hasValue(0);
        assertThat(tokens).hasSize(320_000).isSorted().doesNotHaveDuplicates();
        assertThat(engine.names()).isZero();
    }

    @Test
    void aClockThatMovedOnPastTheLease_losesIt() throws Exception {
        Lease lease = lock.acquire();
        AtomicReference<LossReason> reason = new AtomicReference<>();
        lease.onLost(event -> reason.set(event.reason()));
        backend.advance(Duration.ofSeconds(31));
        assertThat(lease.isValid()).isFalse();
        await().untilAtomic(reason, org.hamcrest.Matchers.is(LossReason.EXPIRED));
    }
}
