package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.LockOptions;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** A service that cannot be asked is not the same as a lock that others have. */
class FaultIsNoContentionTest {

    private final SimulatedScheduler time = new SimulatedScheduler();
    private final MemoryBackend service =
            MemoryBackend.builder().ticker(() -> 12_345 + time.now()).build();

    private Engine engineOf(DelegatingBackend backend) {
        return new Engine(backend, LockOptions.defaults(), VirtualEngine.environment(service, time, new Object()));
    }

    /** It was told before its request had left the queue: an attempt that it made at once was answered by that request. */
    @Test
    void whoeverIsToldOfAFault_findsTheLockUnoccupied() {
        CompletableFuture<Attempt> answer = new CompletableFuture<>();
        Engine engine = engineOf(new DelegatingBackend(service) {
            @Override
            CompletionStage<Attempt> attempt(
                    Contest contest, Contender inner, boolean willWait, int tokens, Executor blocking) {
                return answer;
            }
        });
        List<Boolean> occupied = new ArrayList<>();
        CompletableFuture<?> request = engine.lock("a").acquireAsync(Duration.ofSeconds(1));
        request.whenComplete((lease, failure) -> occupied.add(engine.isOccupied("a")));
        answer.completeExceptionally(new IllegalStateException("planted"));
        assertThat(request).isCompletedExceptionally();
        assertThat(occupied).containsExactly(false);
    }
}
