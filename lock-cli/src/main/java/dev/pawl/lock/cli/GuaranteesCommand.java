package dev.pawl.lock.cli;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LockClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pawl guarantees}: what the service can promise. */
@Command(
        name = "guarantees",
        mixinStandardHelpOptions = true,
        description = "Says what the service, as it is set up now, can promise and do.")
final class GuaranteesCommand implements Callable<Integer> {

    private final Output output;

    @Mixin
    private final ServiceOptions service = new ServiceOptions();

    @Option(names = "--json", description = "Answer in JSON.")
    private boolean json;

    GuaranteesCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() throws CliException {
        try (LockClient client = service.connect()) {
            Guarantees guarantees = client.guarantees();
            List<String> able =
                    guarantees.capabilities().stream().map(Enum::name).sorted().toList();
            if (json) {
                Map<String, @Nullable Object> answer = new LinkedHashMap<>();
                answer.put("summary", guarantees.summary());
                answer.put("crashRelease", guarantees.crashRelease().name());
                answer.put("order", guarantees.order().name());
                answer.put("wakeUp", guarantees.wakeUp().name());
                answer.put("tokenDurability", guarantees.tokenDurability().name());
                answer.put("capabilities", able);
                output.json(answer);
            } else {
                Map<String, String> answer = new LinkedHashMap<>();
                answer.put("service", guarantees.summary());
                answer.put("crash release", guarantees.crashRelease().name());
                answer.put("order", guarantees.order().name());
                answer.put("wake-up", guarantees.wakeUp().name());
                answer.put("token durability", guarantees.tokenDurability().name());
                answer.put("capabilities", able.isEmpty() ? "none" : String.join(", ", able));
                output.fields(answer);
            }
            return ExitCode.DONE;
        }
    }
}
