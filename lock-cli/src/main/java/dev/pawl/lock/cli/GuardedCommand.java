package dev.pawl.lock.cli;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockBackendException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** A command for as long as its lease is held: it ends when the lease is lost, and the lease is released when it has ended. */
final class GuardedCommand {

    private final Output output;
    private final Lease lease;
    private final Duration grace;
    private final Consumer<Throwable> unconfirmed;

    /** Completes when all that a loss asks for is done: true if the command had to be ended. */
    private final CompletableFuture<Boolean> loss = new CompletableFuture<>();

    /** @param unconfirmed told when the service has not confirmed that the lock is given back */
    GuardedCommand(Output output, Lease lease, Duration grace, Consumer<Throwable> unconfirmed) {
        this.output = output;
        this.lease = lease;
        this.grace = grace;
        this.unconfirmed = unconfirmed;
    }

    /** Runs the command; returns its exit code, or that of the loss. */
    int run(List<String> command, Map<String, String> told, Signals signals) throws CliException {
        Child child;
        try {
            child = Child.start(command, told);
        } catch (CliException e) {
            closeUnused();
            throw e;
        }
        signals.leadTo(child);
        lease.onLost(event -> lost(event, child));
        int exitCode = child.exitCode();
        try {
            release();
            return exitCode;
        } catch (LeaseLostException e) {
            if (!loss.join()) {
                output.say("the lock '" + lease.name() + "' was lost before the command had ended, with exit code "
                        + exitCode + ": another may have run beside it");
            }
            return ExitCode.LOST;
        }
    }

    /** Waits for the answer: a listener would hear of it on another thread, when this JVM may be gone. */
    private void release() {
        try {
            lease.releaseAsync().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof LeaseLostException lost) {
                throw lost;
            }
            Throwable failure = Objects.requireNonNullElse(e.getCause(), e);
            unconfirmed.accept(
                    failure instanceof LockBackendException
                            ? Objects.requireNonNullElse(failure.getCause(), failure)
                            : failure);
        }
    }

    private void lost(LeaseLostEvent event, Child child) {
        boolean running = child.isRunning();
        try {
            if (running) {
                output.say("the lock '" + lease.name() + "' is lost after " + Text.duration(event.held()) + ": "
                        + reason(event) + "; the command is ended");
                child.stop(grace);
            }
        } finally {
            loss.complete(running);
        }
    }

    private static String reason(LeaseLostEvent event) {
        return switch (event.reason()) {
            case EXPIRED -> "its lease ran out before it was renewed";
            case TAKEN_OVER -> "it was taken away, or somebody else has it";
            case UNREACHABLE -> "the service did not answer until the lease had run out";
            case SESSION_LOST -> "its session at the service has ended";
            case CLIENT_CLOSED, RELEASED -> "it was given up";
        };
    }

    /** What keeps the command from running is the news, not what becomes of a lock that nobody used. */
    private void closeUnused() {
        try {
            lease.close();
        } catch (LeaseLostException e) {
            // It is not held, which is all that was wanted.
        }
    }
}
