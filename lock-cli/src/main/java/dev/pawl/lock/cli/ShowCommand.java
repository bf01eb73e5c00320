package dev.pawl.lock.cli;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockInfo;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pawl show}: who holds a lock. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Says who holds a lock, since when, and how many wait. Times are the service's.")
final class ShowCommand implements Callable<Integer> {

    private final Output output;

    @Mixin
    private final ServiceOptions service = new ServiceOptions();

    @Parameters(paramLabel = "NAME", description = "The name of the lock.")
    private String name = "";

    @Option(names = "--json", description = "Answer in JSON.")
    private boolean json;

    ShowCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() throws CliException {
        Names.check(name);
        try (LockClient client = service.connect()) {
            Optional<LockInfo> info = client.inspect(name);
            if (json) {
                output.json(info.map(LockText::json).orElseGet(() -> LockText.jsonOfFree(name)));
            } else if (info.isPresent()) {
                output.fields(LockText.fields(info.get()));
            } else {
                output.line("'" + name + "' is free");
            }
            return ExitCode.DONE;
        }
    }
}
