package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.memory.MemoryBackend;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two clients of one service, in real time. */
class TwoClientsTest {

    private final MemoryBackend backend = MemoryBackend.create();
    private final Engine ours = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));
    private final Engine theirs = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));

    @AfterEach
    void close() {
        ours.close();
        theirs.close();
    }

    @Test
    void waiterThatWasAnsweredBusy_isServedWhenTheOtherClientReleases() throws Exception {
        Lease first = ours.lock("a").acquire();
        CompletableFuture<Lease> second = theirs.lock("a").acquireAsync();
        await().until(() -> backend.waiting("a") == 1);
        first.close();
        await().atMost(Duration.ofSeconds(5)).until(second::isDone);
        second.join().close();
        assertThat(backend.names()).isZero();
    }
}
