package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One contest at one backend, with answers that are waited for. */
final class Player {

    static final int TOKENS = 10;

    private final LockBackend backend;
    private final TestContest contest;
    private final Contender contender;

    Player(LockBackend backend, TestContest contest) {
        this.backend = backend;
        this.contest = contest;
        contender = backend.join(contest);
    }

    Player(LockBackend backend, String name) {
        this(backend, new TestContest(name));
    }

    String owner() {
        return contest.owner();
    }

    List<LossReason> losses() {
        return contest.losses();
    }

    int wakes() {
        return contest.wakes();
    }

    CompletionStage<Attempt> send(boolean willWait) {
        return contender.attempt(willWait, TOKENS, Runnable::run);
    }

    Attempt attempt(boolean willWait) {
        return get(send(willWait));
    }

    Grant wins() {
        Attempt attempt = attempt(true);
        assertThat(attempt).isInstanceOf(Attempt.Granted.class);
        return ((Attempt.Granted) attempt).grant();
    }

    Duration isBusy(boolean willWait) {
        Attempt attempt = attempt(willWait);
        assertThat(attempt).isInstanceOf(Attempt.Busy.class);
        return ((Attempt.Busy) attempt).retryAfter();
    }

    CompletionStage<Void> sendLeave() {
        return contender.leave(Runnable::run);
    }

    void leaves() {
        get(sendLeave());
    }

    ReleaseOutcome releases(Grant grant) {
        return get(backend.release(grant, Runnable::run));
    }

    RenewalOutcome renews(Grant grant) {
        RenewalOutcome outcome =
                get(backend.renew(List.of(grant), Runnable::run)).get(grant);
        return outcome == null ? RenewalOutcome.UNKNOWN : outcome;
    }

    void close() {
        backend.close();
    }

    static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        } catch (TimeoutException e) {
            throw new AssertionError("no answer in 20 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
