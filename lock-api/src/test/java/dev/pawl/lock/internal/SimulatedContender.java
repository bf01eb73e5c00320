package dev.pawl.lock.internal;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Both ends of one contest: what the engine calls, and what the service knows of it. */
final class SimulatedContender implements Contender {

    private final SimulatedNetwork network;
    private final Contest contest;
    private final Contender inner;
    private int attemptsInFlight;

    /** The service has this contest in its queue, or had, and was not told that it left. */
    boolean queued;

    /** The service said that it ended the hold. */
    boolean sessionLost;

    /** When the engine first asked to undo this contest or to release its grant, and when it last learned that this failed. */
    private long undoAsked = Long.MAX_VALUE;

    private long undoFailed = Long.MIN_VALUE;

    SimulatedContender(SimulatedNetwork network, Contest contest, SimulatedService service) {
        this.network = network;
        this.contest = contest;
        this.inner = service.memory().join(new AtTheService());
    }

    Contest contest() {
        return contest;
    }

    SimulatedNetwork network() {
        return network;
    }

    Contender inner() {
        return inner;
    }

    @Override
    public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
        attemptsInFlight++;
        CompletionStage<Attempt> reply;
        try {
            reply = network.send(
                    SimulatedNetwork.Kind.ATTEMPT,
                    List.of(contest.name()),
                    service -> service.attempt(this, willWait, tokens));
        } catch (IllegalStateException e) {
            attemptsInFlight--;
            throw e;
        }
        reply.whenComplete((answer, failure) -> attemptsInFlight--);
        if (network.defect() == SimulationDefect.FAULT_IS_TAKEN_FOR_CONTENTION) {
            return reply.exceptionally(failure -> Attempt.Busy.until(Duration.ofMillis(10)));
        }
        if (network.defect() == SimulationDefect.CONTENTION_IS_TAKEN_FOR_A_FAULT && !willWait) {
            return reply.thenApply(answer -> {
                if (answer instanceof Attempt.Busy) {
                    throw new IllegalStateException("planted");
                }
                return answer;
            });
        }
        return reply;
    }

    @Override
    public CompletionStage<Void> leave(Executor blocking) {
        if (network.defect() == SimulationDefect.LEAVE_IS_NOT_SENT) {
            return CompletableFuture.completedFuture(null);
        }
        return undo(SimulatedNetwork.Kind.LEAVE, service -> service.leave(this)).thenAccept(done -> {});
    }

    <T> CompletionStage<T> undo(SimulatedNetwork.Kind kind, Function<SimulatedService, T> request) {
        undoAsked = Math.min(undoAsked, network.now());
        try {
            CompletionStage<T> reply = network.send(kind, List.of(contest.name()), request);
            return reply.whenComplete((done, failure) -> undoFailed = failure == null ? undoFailed : network.now());
        } catch (IllegalStateException e) {
            undoFailed = network.now();
            throw e;
        }
    }

    boolean isUndoAsked() {
        return undoAsked != Long.MAX_VALUE;
    }

    /** Whether the engine tried to undo for as long as the service would keep it. */
    boolean isUndoneAsFarAsPossible() {
        return isUndoAsked() && undoFailed - undoAsked >= contest.leaseTime().toNanos();
    }

    /** What the service takes for the contest: its signals travel. */
    private final class AtTheService implements Contest {
        @Override
        public String name() {
            return contest.name();
        }

        @Override
        public String owner() {
            return contest.owner();
        }

        @Override
        public Duration leaseTime() {
            return contest.leaseTime();
        }

        @Override
        public Duration retryCeiling() {
            return contest.retryCeiling();
        }

        @Override
        public void wake() {
            network.signal(contest.name(), () -> {
                boolean forgotten = network.defect() == SimulationDefect.WAKE_UP_DURING_AN_ATTEMPT_IS_FORGOTTEN;
                if (!forgotten || attemptsInFlight == 0) {
                    contest.wake();
                }
            });
        }

        @Override
        public void lost(LossReason reason) {
            network.signal(contest.name(), () -> contest.lost(reason));
        }
    }
}
