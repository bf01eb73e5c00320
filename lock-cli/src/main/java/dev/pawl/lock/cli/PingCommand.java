package dev.pawl.lock.cli;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pawl ping}: whether the service is well. */
@Command(
        name = "ping",
        mixinStandardHelpOptions = true,
        description =
                "Asks the service whether it can be reached and would write, which a replica does not. Takes no lock.")
final class PingCommand implements Callable<Integer> {

    private static final double NANOS_IN_A_MILLISECOND = 1e6;

    private final Output output;

    @Mixin
    private final ServiceOptions service = new ServiceOptions();

    @Option(names = "--json", description = "Answer in JSON.")
    private boolean json;

    PingCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() throws CliException {
        LockConfig config = service.load();
        try (LockClient client = LockClient.connect(config)) {
            Duration time = client.ping();
            String url = Text.masked(config.url());
            String millis = String.format(Locale.ROOT, "%.1f", time.toNanos() / NANOS_IN_A_MILLISECOND);
            if (json) {
                Map<String, @Nullable Object> answer = new LinkedHashMap<>();
                answer.put("url", url);
                answer.put("writable", true);
                answer.put("millis", Double.valueOf(millis));
                output.json(answer);
            } else {
                output.line(url + " answers and would write, after " + millis + " ms");
            }
            return ExitCode.DONE;
        }
    }
}
