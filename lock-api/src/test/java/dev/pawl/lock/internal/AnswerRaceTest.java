package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * An answer comes at the moment in which another request arrives, which looks whether there is one. Seen on Redlock and on MariaDB in
 * row mode: now and then such an answer, a grant among them, was overlooked, and with it stood all requests of that client for the name.
 */
class AnswerRaceTest {

    private static final int ROUNDS = Integer.getInteger("pawl.test.rounds", 20_000);

    private final Race.Slot<CompletableFuture<Attempt>> underWay = new Race.Slot<>();
    private final DelegatingBackend backend = new DelegatingBackend() {
        @Override
        CompletionStage<Attempt> attempt(
                Contest contest, Contender inner, boolean willWait, int tokens, Executor blocking) {
            CompletableFuture<Attempt> answer = new CompletableFuture<>();
            underWay.set(answer);
            return answer;
        }
    };
    private final Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void anAnswer_isSeenOnce_howeverOftenItIsLookedFor() throws Exception {
        Candidacy candidacy = new Candidacy(new LockQueue("a", Claim.LOCK, engine), engine, LockOptions.defaults());
        AtomicInteger seen = new AtomicInteger();
        Race.run(
                ROUNDS,
                round -> {
                    seen.set(0);
                    candidacy.attempt(true, false, Runnable::run);
                },
                round -> {
                    look(candidacy, seen);
                    assertThat(seen).as("round " + round).hasValue(1);
                },
                round -> underWay.get().complete(Attempt.Busy.until(Duration.ofSeconds(1))),
                round -> {
                    while (!underWay.get().isDone()) {
                        look(candidacy, seen);
                    }
                });
    }

    private static void look(Candidacy candidacy, AtomicInteger seen) {
        if (candidacy.seesAnswer()) {
            seen.incrementAndGet();
        }
    }
}
