package dev.pawl.lock.cli;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pawl release}: takes a lock away from its holder. */
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        description =
                "Takes a lock away from the holder that you saw by 'pawl show'. Its renewals are refused from now on: the"
                        + " lock is free when the holder has heard of it and let go, or when its lease has run out. Two never have it.",
        footer = {
            "",
            "With --now it is free at once, and TWO MAY HAVE IT: the old holder may believe in it for up to a third of its"
                    + " lease, and only a resource that checks tokens is safe from it.",
            "Exit codes: 0 taken away; 75 nothing happened, since nobody has it or somebody with another token."
        })
final class ReleaseCommand implements Callable<Integer> {

    private static final int LONGEST_REASON = 1_000;

    private final Output output;

    @Mixin
    private final ServiceOptions service = new ServiceOptions();

    @Parameters(paramLabel = "NAME", description = "The name of the lock.")
    private String name = "";

    @Option(names = "--token", paramLabel = "N", required = true, description = "The token that 'pawl show' gave.")
    private long token;

    @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "Why, for the log.")
    private String reason = "";

    @Option(names = "--now", description = "Free it at once; two may have it then.")
    private boolean now;

    @Option(names = "--json", description = "Answer in JSON.")
    private boolean json;

    ReleaseCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() throws CliException {
        Names.check(name);
        if (token < 1) {
            throw new CliException(ExitCode.USAGE, "--token: a token is at least 1, but got " + token);
        }
        if (reason.isBlank() || reason.length() > LONGEST_REASON) {
            throw new CliException(ExitCode.USAGE, "--reason: 1 to " + LONGEST_REASON + " characters are needed");
        }
        FencingToken seen = new FencingToken(name, token);
        try (LockClient client = service.connect()) {
            DistributedLock lock = client.lock(name);
            Optional<LockInfo> taken = now ? lock.forceRelease(seen, reason) : lock.revoke(seen, reason);
            if (taken.isEmpty()) {
                return nothingHappened(lock.inspect());
            }
            report(taken.get());
            return ExitCode.DONE;
        }
    }

    private void report(LockInfo taken) throws CliException {
        if (json) {
            Map<String, @Nullable Object> answer = new LinkedHashMap<>();
            answer.put("released", true);
            answer.put("atOnce", now);
            answer.putAll(LockText.json(taken));
            answer.remove("held");
            output.json(answer);
            return;
        }
        String holder = taken.holder().orElse("its holder");
        output.line(
                now
                        ? "'" + name + "' is free. " + holder
                                + " may believe in it for up to a third of its lease: two may" + " have it until then."
                        : "'" + name + "' is taken away from " + holder + ". It is free when that has let go"
                                + taken.until()
                                        .map(until -> ", at " + LockText.time(until) + " at the latest")
                                        .orElse("")
                                + ".");
        output.line("Tokens of " + holder + " are below " + taken.token().value()
                + ": a guard that has seen that one refuses them.");
    }

    private int nothingHappened(Optional<LockInfo> now) throws CliException {
        if (json) {
            Map<String, @Nullable Object> answer = new LinkedHashMap<>();
            answer.put("released", false);
            answer.putAll(now.map(LockText::json).orElseGet(() -> LockText.jsonOfFree(name)));
            output.json(answer);
        } else {
            output.say("nothing happened: '" + name + "' is "
                    + now.map(info -> LockText.heldBy(info) + ", with token "
                                    + info.token().value())
                            .orElse("free"));
        }
        return ExitCode.CONFLICT;
    }
}
