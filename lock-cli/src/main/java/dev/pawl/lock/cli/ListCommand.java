package dev.pawl.lock.cli;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pawl list}: which locks are held. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Says which locks are held now, and who holds them. Times are the service's.")
final class ListCommand implements Callable<Integer> {

    private static final int MOST = 10_000;

    private final Output output;

    @Mixin
    private final ServiceOptions service = new ServiceOptions();

    @Parameters(paramLabel = "PREFIX", arity = "0..1", description = "With what the names begin (default: every name).")
    private String prefix = "";

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many at the most, up to 10000 (default: 1000).")
    private int limit;

    @Option(names = "--json", description = "Answer in JSON: an array with an object for each lock.")
    private boolean json;

    ListCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() throws CliException {
        if (limit < 1 || limit > MOST) {
            throw new CliException(ExitCode.USAGE, "--limit: must be between 1 and " + MOST + ", but got " + limit);
        }
        List<LockInfo> held;
        try (LockClient client = service.connect()) {
            held = client.list(prefix, limit);
        }
        if (json) {
            output.json(held.stream().map(LockText::json).toList());
        } else if (held.isEmpty()) {
            output.line("no lock is held" + (prefix.isEmpty() ? "" : " whose name begins with '" + prefix + "'"));
        } else {
            output.table(table(held));
        }
        if (held.size() == limit) {
            output.say("there may be more than these " + limit + "; --limit asks for more");
        }
        return ExitCode.DONE;
    }

    private static List<List<String>> table(List<LockInfo> held) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(LockText.HEADINGS);
        held.forEach(info -> rows.add(LockText.row(info)));
        return rows;
    }
}
