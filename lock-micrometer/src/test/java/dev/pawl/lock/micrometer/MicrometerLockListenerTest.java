package dev.pawl.lock.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.memory.MemoryBackend;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MicrometerLockListenerTest {

    private static final String GROUP = "inventory/*";

    private final MemoryBackend service = MemoryBackend.create();
    private final LockClient locks = LockClient.using(service);
    private final MeterRegistry registry = new SimpleMeterRegistry();

    MicrometerLockListenerTest() {
        locks.addListener(MicrometerLockListener.create(registry, "memory"));
    }

    @AfterEach
    void close() {
        locks.close();
    }

    @Test
    void acquisitionAndRelease_areTimed_andTheGaugeShowsWhatIsOut() throws InterruptedException {
        try (Lease first = locks.lock("inventory/42").acquire();
                Lease second = locks.lock("inventory/43").acquire()) {
            assertThat(held(GROUP)).isEqualTo(2);
        }

        assertThat(held(GROUP)).isZero();
        assertThat(registry.get("pawl.lock.acquire")
                        .tags("backend", "memory", "lock", GROUP, "outcome", "acquired")
                        .timer()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("pawl.lock.hold")
                        .tags("backend", "memory", "lock", GROUP)
                        .timer()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void aWait_isTimed() throws InterruptedException {
        CompletableFuture<Lease> waiting;
        try (Lease lease = locks.lock("inventory/42").acquire()) {
            waiting = locks.lock("inventory/42").acquireAsync();
            await().until(() -> lease.remaining().compareTo(Duration.ofMillis(29_500)) < 0);
        }
        waiting.join().close();

        assertThat(registry.get("pawl.lock.acquire")
                        .tag("outcome", "acquired")
                        .timer()
                        .max(TimeUnit.MILLISECONDS))
                .isGreaterThanOrEqualTo(100);
    }

    @Test
    void requestsThatWait_areOut_andThoseThatEndWithoutALease_areTimedByTheirOutcome() throws InterruptedException {
        try (Lease lease = locks.lock("inventory/42").acquire()) {
            CompletableFuture<Lease> waiting = locks.lock("inventory/42").acquireAsync();
            assertThat(waiting()).isEqualTo(1);
            assertThat(locks.lock("inventory/42").tryAcquire()).isEmpty();
            assertThat(locks.lock("inventory/42").tryAcquire(Duration.ofMillis(30)))
                    .isEmpty();
            waiting.cancel(false);
            await().untilAsserted(() -> assertThat(ended("cancelled")).isEqualTo(1));
            assertThat(waiting()).isZero();
            assertThat(lease.isValid()).isTrue();
        }
        assertThat(ended("acquired")).isEqualTo(1);
        assertThat(ended("busy")).isEqualTo(1);
        assertThat(ended("timeout")).isEqualTo(1);
    }

    private double waiting() {
        return registry.get("pawl.lock.waiting").tag("lock", GROUP).gauge().value();
    }

    private long ended(String outcome) {
        return registry.get("pawl.lock.acquire")
                .tags("lock", GROUP, "outcome", outcome)
                .timer()
                .count();
    }

    @Test
    void aHandOff_isCounted_andTheGaugeIsRight() throws InterruptedException {
        CompletableFuture<Lease> second;
        CompletableFuture<Lease> third;
        try (Lease first = locks.lock("inventory/42").acquire()) {
            second = locks.lock("inventory/42").acquireAsync();
            third = locks.lock("inventory/42").acquireAsync();
        }
        second.join().close();
        third.join();

        await().untilAsserted(() -> assertThat(counter("pawl.lock.handed.off")).isEqualTo(1));
        await().untilAsserted(() -> assertThat(held(GROUP)).isEqualTo(1));
        third.join().close();
        assertThat(held(GROUP)).isZero();
    }

    @Test
    void aLostLease_isCountedWithItsReason_andIsOutNoMore() throws InterruptedException {
        Lease lease = locks.lock("inventory/42").acquire();
        assertThat(lost(LossReason.TAKEN_OVER)).as("before it").isZero();

        service.lose("inventory/42", LossReason.TAKEN_OVER);
        lease.releaseAsync().exceptionally(lost -> null).join();

        await().untilAsserted(() -> assertThat(lost(LossReason.TAKEN_OVER)).isEqualTo(1));
        assertThat(held(GROUP)).isZero();
        assertThat(registry.get("pawl.lock.hold").timer().count()).isEqualTo(1);
    }

    @Test
    void aReleaseThatIsNotConfirmed_isCounted() throws InterruptedException {
        Lease lease = locks.lock("inventory/42").acquire();
        service.fail(() -> new LockBackendException("inventory/42", Duration.ZERO, null, "planted", null));
        lease.close();

        await().untilAsserted(() -> assertThat(counter("pawl.lock.undo.failed")).isGreaterThanOrEqualTo(1));
        service.heal();
    }

    @Test
    void namesThatDifferInTheirNumbers_areOneGroup() throws InterruptedException {
        take("order/7/line/12", "order/8/line/1", "user/6f9619ff-8b86-d011-b42d-00c04fc964ff", "plain");

        assertThat(groups()).containsExactlyInAnyOrder("order/*/line/*", "user/*", "plain", Groups.OTHER);
    }

    private static LockOptions of(String group) {
        return LockOptions.builder().group(group).build();
    }

    @Test
    void aGroupThatTheOptionsName_hasAllThatIsToldOfItsLocks() throws InterruptedException {
        DistributedLock jane = locks.lock("user/jane", of(GROUP));
        CompletableFuture<Lease> second;
        CompletableFuture<Lease> third;
        try (Lease first = jane.acquire()) {
            second = jane.acquireAsync();
            third = locks.lock("user/jane", of(GROUP)).acquireAsync();
            assertThat(waiting()).isEqualTo(2);
            assertThat(jane.tryAcquire()).isEmpty();
        }
        second.join().close();
        Lease last = third.join();
        service.lose("user/jane", LossReason.TAKEN_OVER);
        last.releaseAsync().exceptionally(lost -> null).join();
        await().untilAsserted(() -> assertThat(lost(LossReason.TAKEN_OVER)).isEqualTo(1));
        assertThat(counter("pawl.lock.handed.off")).isEqualTo(1);
        assertThat(ended("acquired")).isEqualTo(3);
        assertThat(ended("busy")).isEqualTo(1);
        assertThat(waiting()).isZero();
        assertThat(held(GROUP)).isZero();

        Lease unconfirmed = locks.lock("user/joe", of(GROUP)).acquire();
        service.fail(() -> new LockBackendException("user/joe", Duration.ZERO, null, "planted", null));
        unconfirmed.close();
        await().untilAsserted(() -> assertThat(counter("pawl.lock.undo.failed")).isGreaterThanOrEqualTo(1));
        service.heal();
        assertThat(groups()).containsExactlyInAnyOrder(GROUP, Groups.OTHER);
    }

    @Test
    void ofOneName_eachRequestIsCountedUnderItsOwnGroup_alsoOverAHandOff() throws InterruptedException {
        CompletableFuture<Lease> second;
        try (Lease first = locks.lock("a").acquire()) {
            second = locks.lock("a", of("mine")).acquireAsync();
        }
        await().untilAsserted(() -> assertThat(held("mine")).isEqualTo(1));
        await().untilAsserted(() -> assertThat(held("a")).isZero());
        second.join().close();
        assertThat(held("mine")).isZero();
        assertThat(groups()).containsExactlyInAnyOrder("a", "mine", Groups.OTHER);
    }

    @Test
    void groupsByName_areBounded_asThoseOfNamesAre() throws InterruptedException {
        for (int i = 0; i < 2 * Groups.MOST; i++) {
            locks.lock("same", of("group " + i)).acquire().close();
        }

        assertThat(groups()).hasSize(Groups.MOST + 1).contains(Groups.OTHER, "group 7");
        assertThat(held(Groups.OTHER)).isZero();
    }

    @Test
    void oneGroupTooMany_isCountedAsOther_andTheSeriesAreBounded() throws InterruptedException {
        for (int i = 0; i < 3 * Groups.MOST; i++) {
            take("name-of-" + letters(i));
        }

        assertThat(groups()).hasSize(Groups.MOST + 1).contains(Groups.OTHER);
        assertThat(registry.get("pawl.lock.acquire")
                        .tags("lock", Groups.OTHER, "outcome", "acquired")
                        .timer()
                        .count())
                .isEqualTo(2 * Groups.MOST);
    }

    private void take(String... names) throws InterruptedException {
        for (String name : names) {
            locks.lock(name).acquire().close();
        }
    }

    /** A name that no pattern of numbers collapses. */
    private static String letters(int number) {
        return Integer.toString(number)
                .chars()
                .mapToObj(digit -> "" + (char) ('a' + digit - '0'))
                .collect(Collectors.joining());
    }

    private Set<String> groups() {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .map(id -> id.getTag("lock"))
                .collect(Collectors.toSet());
    }

    private double held(String group) {
        return registry.get("pawl.lock.held").tag("lock", group).gauge().value();
    }

    private double lost(LossReason reason) {
        return registry.get("pawl.lock.lost")
                .tags("lock", GROUP, "reason", reason.name())
                .counter()
                .count();
    }

    private double counter(String name) {
        return registry.get(name).tag("lock", GROUP).counter().count();
    }
}
