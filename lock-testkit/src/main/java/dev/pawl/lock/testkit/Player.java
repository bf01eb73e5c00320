package dev.pawl.lock.testkit;

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

/** One contest at one backend, without an engine: a test asks, and waits for each answer. Used by one thread at a time. */
public final class Player {

    public static final int TOKENS = 10;

    private final LockBackend backend;
    private final TestContest contest;
    private final Contender contender;

    public Player(LockBackend backend, TestContest contest) {
        this.backend = backend;
        this.contest = contest;
        contender = backend.join(contest);
    }

    public Player(LockBackend backend, String name) {
        this(backend, new TestContest(name));
    }

    public String owner() {
        return contest.owner();
    }

    public List<LossReason> losses() {
        return contest.losses();
    }

    public int wakes() {
        return contest.wakes();
    }

    public CompletionStage<Attempt> send(boolean willWait) {
        return contender.attempt(willWait, TOKENS, Runnable::run);
    }

    public Attempt attempt(boolean willWait) {
        return get(send(willWait));
    }

    public Grant wins() {
        Attempt attempt = attempt(true);
        assertThat(attempt).isInstanceOf(Attempt.Granted.class);
        return ((Attempt.Granted) attempt).grant();
    }

    public Duration isBusy(boolean willWait) {
        Attempt attempt = attempt(willWait);
        assertThat(attempt).isInstanceOf(Attempt.Busy.class);
        return ((Attempt.Busy) attempt).retryAfter();
    }

    public CompletionStage<Void> sendLeave() {
        return contender.leave(Runnable::run);
    }

    public void leaves() {
        get(sendLeave());
    }

    public ReleaseOutcome releases(Grant grant) {
        return get(backend.release(grant, Runnable::run));
    }

    public RenewalOutcome renews(Grant grant) {
        RenewalOutcome outcome =
                get(backend.renew(List.of(grant), Runnable::run)).get(grant);
        return outcome == null ? RenewalOutcome.UNKNOWN : outcome;
    }

    public void close() {
        backend.close();
    }

    public static <T> T get(CompletionStage<T> stage) {
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
