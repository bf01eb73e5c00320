package dev.pawl.lock.memory;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

final class MemoryContender implements Contender {

    private final MemoryBackend backend;
    private final Contest contest;

    /** Whether the service may know of this contest. */
    private volatile boolean known;

    MemoryContender(MemoryBackend backend, Contest contest) {
        this.backend = backend;
        this.contest = contest;
    }

    @Override
    public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
        known = true;
        return backend.request(names -> {
            Attempt attempt = names.attempt(contest, willWait, tokens);
            known = willWait || attempt instanceof Attempt.Granted;
            return attempt;
        });
    }

    Contest contest() {
        return contest;
    }

    /** The service may know of this contest from now on. */
    void known() {
        known = true;
    }

    @Override
    public CompletionStage<Void> leave(Executor blocking) {
        if (!known) {
            return CompletableFuture.completedFuture(null);
        }
        return backend.request(names -> {
                    names.leave(contest);
                    known = false;
                    return true;
                })
                .thenAccept(done -> {});
    }
}
