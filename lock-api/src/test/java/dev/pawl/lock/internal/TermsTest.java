package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.memory.MemoryBackend;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TermsTest {

    private final MemoryBackend backend = MemoryBackend.create();

    @Test
    void requestsThatDifferOnlyInHowTheyWait_shareAHold() throws Exception {
        List<FencingToken> handedOn = new CopyOnWriteArrayList<>();
        LockOptions patient = LockOptions.defaults();
        LockOptions bounded = patient.toBuilder()
                .acquireTimeout(Duration.ofMinutes(1))
                .interruptOnLoss(true)
                .group("another")
                .build();
        try (Engine engine = new Engine(backend, patient, Environment.live(backend.ticker()))) {
            engine.addListener(new LockListener() {
                @Override
                public void onHandOff(FencingToken released, FencingToken acquired) {
                    handedOn.add(acquired);
                }
            });
            Lease first = engine.lock("a").acquire();
            CompletableFuture<Lease> second = engine.lock("a").acquireAsync();
            CompletableFuture<Lease> third = engine.lock("a", bounded).acquireAsync();
            first.close();
            second.get(30, TimeUnit.SECONDS).close();
            Lease last = third.get(30, TimeUnit.SECONDS);
            Soon.await().until(() -> handedOn.equals(List.of(last.token())));
            last.close();
        }
    }

    @Test
    void requestsForAnotherLease_doNot() {
        LockOptions usual = LockOptions.defaults();
        assertThat(Terms.areAlike(
                        usual,
                        usual.toBuilder().leaseTime(Duration.ofSeconds(29)).build()))
                .isFalse();
        assertThat(Terms.areAlike(usual, usual.toBuilder().renewal(false).build()))
                .isFalse();
    }
}
