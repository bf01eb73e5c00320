package dev.pawl.lock.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.memory.MemoryBackend;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ObservationLockListenerTest {

    private final MemoryBackend service = MemoryBackend.create();
    private final LockClient locks = LockClient.using(service);
    private final LockClient others = LockClient.using(service);
    private final ObservationRegistry registry = ObservationRegistry.create();
    private final Queue<Observation.Context> started = new ConcurrentLinkedQueue<>();
    private final Queue<Observation.Context> ended = new ConcurrentLinkedQueue<>();

    ObservationLockListenerTest() {
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onStart(Observation.Context context) {
                started.add(context);
            }

            @Override
            public void onStop(Observation.Context context) {
                ended.add(context);
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        locks.addListener(ObservationLockListener.create(registry, "memory"));
    }

    @AfterEach
    void close() {
        locks.close();
        others.close();
    }

    private static String told(Observation.Context context) {
        List<String> values = StreamSupport.stream(
                        context.getLowCardinalityKeyValues().spliterator(), false)
                .map(KeyValue::getValue)
                .toList();
        return context.getName() + values;
    }

    @Test
    void aWaitAndALease_areObserved_withTheirCommonParent() throws Exception {
        Observation parent = Observation.start("sale", registry);
        String token;
        try (Observation.Scope scope = parent.openScope();
                Lease lease = locks.lock("inventory/42").acquire()) {
            assertThat(scope.getCurrentObservation()).isSameAs(parent);
            token = Long.toString(lease.token().value());
            assertThat(ended)
                    .extracting(ObservationLockListenerTest::told)
                    .containsExactly("pawl.lock.request[memory, inventory/*, acquired]");
        }

        assertThat(ended)
                .extracting(ObservationLockListenerTest::told)
                .containsExactly(
                        "pawl.lock.request[memory, inventory/*, acquired]",
                        "pawl.lock.lease[memory, inventory/*, released]");
        assertThat(ended).allSatisfy(context -> {
            assertThat(context.getParentObservation()).isSameAs(parent);
            assertThat(context.getHighCardinalityKeyValue("lock.name").getValue())
                    .isEqualTo("inventory/42");
        });
        assertThat(ended)
                .last()
                .satisfies(context -> assertThat(
                                context.getHighCardinalityKeyValue("lock.token").getValue())
                        .isEqualTo(token));
    }

    @Test
    void aWaitInVain_andOneAttempt_areToldApart() throws Exception {
        try (Lease held = others.lock("name").acquire()) {
            assertThat(locks.lock("name").tryAcquire()).isEmpty();
            assertThat(locks.lock("name").tryAcquire(Duration.ofMillis(20))).isEmpty();
            assertThat(held.isValid()).isTrue();
        }

        assertThat(ended)
                .extracting(ObservationLockListenerTest::told)
                .containsExactly("pawl.lock.request[memory, name, timeout]");
    }

    @Test
    void aLoss_isAnErrorOfTheLease() throws Exception {
        Lease lease = locks.lock("name").acquire();
        service.lose("name", LossReason.SESSION_LOST);
        await().until(() -> ended.size() == 2);

        assertThat(ended).last().satisfies(context -> {
            assertThat(told(context)).isEqualTo("pawl.lock.lease[memory, name, lost]");
            assertThat(context.getError()).hasMessageContaining("SESSION_LOST");
        });
        assertThat(lease.isValid()).isFalse();
    }

    @Test
    void aRequestWithoutAThread_isObservedToo_andNothingStaysOpen() {
        CompletableFuture<Lease> request = locks.lock("name").acquireAsync();
        request.join().releaseAsync().join();
        await().until(() -> ended.size() == 2);
        assertThat(started).hasSize(2);
    }
}
