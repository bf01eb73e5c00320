package dev.pawl.lock.shedlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.ZooKeeperServers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import net.javacrumbs.shedlock.core.DefaultLockingTaskExecutor;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockingTaskExecutor;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.support.KeepAliveLockProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Pawl's provider does beyond the suite of ShedLock. */
@Timeout(120)
final class PawlLockProviderTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final LockClient client = closing(LockClient.connect("memory:provider"));
    private final LockClient other = closing(LockClient.connect("memory:provider"));
    private final PawlLockProvider provider = new PawlLockProvider(client);

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        opened.add(resource);
        return resource;
    }

    private static LockConfiguration task(String name, Duration atMost, Duration atLeast) {
        return new LockConfiguration(Instant.now(), name, atMost, atLeast);
    }

    @Test
    void aBackendWhoseLocksEndWithASession_isRefusedAtOnce() {
        LockClient zookeeper =
                closing(LockClient.connect(ZooKeeperServers.standalone().url()));
        LockClient rows = closing(LockClient.connect(LockConfig.builder()
                .url(PostgresServer.shared().url())
                .property("pawl.jdbc.mode", "row")
                .build()));
        for (LockClient session : List.of(zookeeper, rows)) {
            assertThatThrownBy(() -> new PawlLockProvider(session))
                    .isInstanceOf(LockConfigException.class)
                    .hasMessageContaining("RENEW");
        }
    }

    @Test
    void aTask_seesItsLease_andItsTokenIsLargerThanThatOfTheRunBefore() {
        LockingTaskExecutor executor = new DefaultLockingTaskExecutor(provider);
        List<FencingToken> tokens = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            executor.executeWithLock(
                    (Runnable) () -> tokens.add(
                            PawlLockProvider.currentLease().orElseThrow().token()),
                    task("sees", MINUTE, Duration.ZERO));
        }
        assertThat(tokens).hasSize(2).isSorted().doesNotHaveDuplicates();
        assertThat(PawlLockProvider.currentLease()).isEmpty();
    }

    @Test
    void aTaskWithinATask_seesItsOwnLease() {
        SimpleLock outer = provider.lock(task("outer", MINUTE, Duration.ZERO)).orElseThrow();
        SimpleLock inner = provider.lock(task("inner", MINUTE, Duration.ZERO)).orElseThrow();
        assertThat(PawlLockProvider.currentLease().map(Lease::name)).hasValue("inner");
        inner.unlock();
        assertThat(PawlLockProvider.currentLease().map(Lease::name)).hasValue("outer");
        outer.unlock();
        assertThat(PawlLockProvider.currentLease()).isEmpty();
    }

    @Test
    void aTaskThatRanTooLong_endsQuietlyForShedLock_andIsToldToListeners() {
        Queue<LeaseLostEvent> lost = new ConcurrentLinkedQueue<>();
        client.addListener(new LockListener() {
            @Override
            public void onLost(LeaseLostEvent event) {
                lost.add(event);
            }
        });
        SimpleLock lock = provider.lock(task("long", Duration.ofMillis(800), Duration.ZERO))
                .orElseThrow();
        Bench.await("the lease ends")
                .until(() -> PawlLockProvider.currentLease().isEmpty());
        lock.unlock();
        Bench.await("its loss is told").until(() -> lost.size() == 1);
        assertThat(lost.element().name()).isEqualTo("long");
    }

    @Test
    void aTaskOfThisPeriod_isNotRunAgain_whenItsProcessHasEnded() {
        try (LockClient ending = LockClient.connect("memory:provider")) {
            new PawlLockProvider(ending)
                    .lock(task("period", MINUTE, MINUTE))
                    .orElseThrow()
                    .unlock();
        }
        assertThat(provider.lock(task("period", MINUTE, MINUTE))).isEmpty();
    }

    @Test
    void anExtension_keepsTheLockForItsOwnLeastTime() {
        SimpleLock lock = provider.lock(task("extended", MINUTE, Duration.ZERO)).orElseThrow();
        Duration atLeast = Duration.ofSeconds(1);
        long since = System.nanoTime();
        lock.extend(MINUTE, atLeast).orElseThrow().unlock();
        Bench.await("another gets it")
                .until(() -> other.lock("extended").tryAcquire().isPresent());
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isGreaterThanOrEqualTo(atLeast);
    }

    @Test
    void aTaskThatIsKeptAlive_hasItsLockForLongerThanItsMostTime() {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        opened.add(timer::shutdownNow);
        // The least that ShedLock keeps alive is 30 s; half of it passes before the first extension.
        SimpleLock lock = new KeepAliveLockProvider(provider, timer)
                .lock(task("alive", Duration.ofSeconds(30), Duration.ZERO))
                .orElseThrow();
        Lease lease = PawlLockProvider.currentLease().orElseThrow();
        Duration before = lease.remaining();
        Bench.await("an extension").until(() -> lease.remaining().compareTo(before.minusSeconds(10)) < 0);
        Bench.await("an extension").until(() -> lease.remaining().compareTo(before.minusSeconds(5)) > 0);
        lock.unlock();
        assertThat(other.lock("alive").tryAcquire()).isPresent();
    }

    @Test
    void timesOutOfRange_areRefusedBeforeAnythingIsSent() {
        assertThatThrownBy(() -> provider.lock(task("odd", Duration.ofDays(8), Duration.ZERO)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leaseTime");
        assertThatThrownBy(() -> provider.lock(task("", MINUTE, Duration.ZERO)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
