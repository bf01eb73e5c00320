package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Interleavings that are too narrow to meet by running threads, called out step by step. */
class LockQueueTest {

    private final MemoryBackend backend = MemoryBackend.create();
    private final Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));

    @AfterEach
    void close() {
        engine.close();
    }

    /** The holder marks its lease released; before its event comes, the hold is lost and the queue retires. */
    @Test
    void releaseThatFindsItsQueueRetired_isStillAnswered() throws Exception {
        HeldLease lease = (HeldLease) engine.lock("a").acquire();
        LockQueue queue = lease.hold().queue();
        queue.lost(lease.hold(), LossReason.EXPIRED);
        await().until(() -> engine.names() == 0);

        CompletableFuture<ReleaseOutcome> done = new CompletableFuture<>();
        queue.release(lease, null, done);

        await().until(done::isDone);
        assertThat(backend.names()).isZero();
    }
}
