package dev.pawl.lock.cli;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.cli.Wanted.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pawl run}: a command under a lock. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description =
                "Takes a lock, or permits of a semaphore, runs a command, and gives back what it took when the command has ended.",
        footer = {
            "",
            "The command has PAWL_LOCK, PAWL_TOKEN and PAWL_HOLDER in its environment. SIGINT, SIGTERM and SIGHUP go to it."
                    + " When the lock is lost, the command and what it has started get SIGTERM, and SIGKILL after --grace.",
            "Exit codes: that of the command, or 128 + n if signal n has ended it; 75 not acquired; 76 lost; 69 the service"
                    + " cannot be reached; 64 wrong usage; 126, 127 the command cannot be run.",
            "Example: pawl run --lock nightly-report --no-wait -- /usr/local/bin/report --full"
        })
final class RunCommand implements Callable<Integer> {

    private static final int MOST = 255;

    private final Output output;

    @Mixin
    private final ServiceOptions service = new ServiceOptions();

    @Option(names = "--lock", paramLabel = "NAME", required = true, description = "The name of the lock.")
    private String name = "";

    @Mixin
    private final Wanted wanted = new Wanted();

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description =
                    "How long to wait for the lock, such as 30s; else as pawl.acquire-timeout says, or as long as it"
                            + " takes.")
    private @Nullable Duration wait;

    @Option(names = "--no-wait", description = "Do not wait for a lock that somebody else has.")
    private boolean noWait;

    @Option(
            names = "--lease",
            paramLabel = "TIME",
            description = "How long the service keeps the lock when it hears nothing more of this process; else as"
                    + " pawl.lease-time says, or 30s.")
    private @Nullable Duration leaseTime;

    @Option(
            names = "--hold-at-least",
            paramLabel = "TIME",
            description =
                    "How long nobody else gets the lock after it was taken, even when the command has ended before: for"
                            + " jobs that run once a period on several machines.")
    private @Nullable Duration holdAtLeast;

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "How long the command has, when the lock is lost, to end by itself (default: 5s).")
    private Duration grace = Duration.ZERO;

    @Option(
            names = "--conflict-exit",
            paramLabel = "CODE",
            defaultValue = "75",
            description = "The exit code when somebody else has the lock (default: 75). With 0 nothing is said either.")
    private int conflictExit;

    @Parameters(arity = "1..*", paramLabel = "command", description = "The command and its arguments.")
    private List<String> command = List.of();

    RunCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() throws CliException {
        checkArguments();
        LockConfig config = service.load();
        Function<LockClient, Target> target = wanted.target(name, options(config));
        Program.requireExecutable(command.get(0));
        try (LockClient client = LockClient.connect(config)) {
            Unconfirmed unconfirmed = new Unconfirmed(output);
            client.addListener(unconfirmed);
            Signals signals = Signals.taken();
            Target it = target(target, client);
            Lease lease;
            try {
                lease = acquire(it);
            } catch (InterruptedException e) {
                return signals.exitCode();
            } catch (LockTimeoutException e) {
                return notAcquired(it, e.holder());
            }
            if (signals.exitCode() != 0) {
                lease.close();
                return signals.exitCode();
            }
            Map<String, String> told = Map.of(
                    "PAWL_LOCK",
                    name,
                    "PAWL_TOKEN",
                    Long.toString(lease.token().value()),
                    "PAWL_HOLDER",
                    config.holder().orElse(""));
            return new GuardedCommand(output, lease, grace, cause -> unconfirmed.say(name, cause))
                    .run(command, told, signals);
        }
    }

    private static Target target(Function<LockClient, Target> wanted, LockClient client) throws CliException {
        try {
            return wanted.apply(client);
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private LockOptions options(LockConfig config) throws CliException {
        LockOptions options = config.options();
        if (leaseTime != null) {
            Duration time = leaseTime;
            options = with(
                    "--lease",
                    () -> config.options().toBuilder().leaseTime(time).build());
        }
        if (holdAtLeast != null) {
            LockOptions before = options;
            Duration time = holdAtLeast;
            options = with(
                    "--hold-at-least",
                    () -> before.toBuilder().holdAtLeast(time).build());
        }
        return options;
    }

    private static LockOptions with(String option, Supplier<LockOptions> changed) throws CliException {
        try {
            return changed.get();
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, option + ": " + e.getMessage());
        }
    }

    private void checkArguments() throws CliException {
        Names.check(name);
        if (noWait && wait != null) {
            throw new CliException(ExitCode.USAGE, "--wait and --no-wait contradict each other; keep one of them");
        }
        if (conflictExit < 0 || conflictExit > MOST) {
            throw new CliException(
                    ExitCode.USAGE, "--conflict-exit: must be between 0 and " + MOST + ", but got " + conflictExit);
        }
    }

    private Lease acquire(Target target) throws InterruptedException {
        if (noWait) {
            return target.acquirable().acquire(Duration.ZERO);
        }
        WaitingProgress progress = WaitingProgress.of(target, output);
        try {
            return wait != null
                    ? target.acquirable().acquire(wait)
                    : target.acquirable().acquire();
        } finally {
            progress.close();
        }
    }

    /** Whoever takes a conflict for a success does not want to read of it either: cron would send a mail. */
    private int notAcquired(Target target, Optional<LockInfo> holder) {
        if (conflictExit != 0) {
            output.say("not run: somebody else has " + target.text()
                    + (wait == null ? "" : ", and had it for all of " + Text.duration(wait))
                    + holder.map(info -> "; " + LockText.heldBy(info)).orElse(""));
        }
        return conflictExit;
    }

    /** Says that a release has not arrived. The command is done, so its exit code stands. */
    private static final class Unconfirmed implements LockListener {

        private final Output output;
        private final AtomicBoolean said = new AtomicBoolean();

        Unconfirmed(Output output) {
            this.output = output;
        }

        /** After a loss there is nothing to give back. */
        @Override
        public void onLost(LeaseLostEvent event) {
            said.set(true);
        }

        @Override
        public void onUndoFailed(String lock, Throwable cause) {
            say(lock, cause);
        }

        void say(String lock, Throwable cause) {
            if (said.compareAndSet(false, true)) {
                output.say("the service did not confirm that '" + lock + "' is given back: " + Text.oneLine(cause)
                        + "; it frees the lock by itself when the lease is over");
            }
        }
    }
}
