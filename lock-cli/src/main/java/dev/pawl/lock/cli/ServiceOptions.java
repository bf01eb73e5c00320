package dev.pawl.lock.cli;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockConfigException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which service, for every command. */
final class ServiceOptions {

    private static final String URL = "pawl.url";
    private static final String HOLDER = "pawl.holder";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The lock service. Others can read it in the list of processes: a password belongs into"
                    + " PAWL_URL, PAWL_PASSWORD or the configuration.")
    private @Nullable String url;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration; else pawl.properties of the working directory.")
    private @Nullable Path file;

    /** Everything that the surroundings say; the command line wins. */
    LockConfig load() throws CliException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            ConfigFile config = ConfigFile.of(file);
            thread.setContextClassLoader(config);
            if (url != null) {
                System.setProperty(URL, url);
            }
            if (Objects.requireNonNullElse(System.getenv("PAWL_HOLDER"), "").isEmpty() && !config.sets(HOLDER)) {
                System.setProperty(HOLDER, Holder.usual());
            }
            return LockConfig.load();
        } catch (LockConfigException e) {
            throw new CliException(ExitCode.USAGE, inWordsOfTheCommandLine(e));
        } finally {
            thread.setContextClassLoader(before);
            System.clearProperty(URL);
            System.clearProperty(HOLDER);
        }
    }

    LockClient connect() throws CliException {
        return LockClient.connect(load());
    }

    private static String inWordsOfTheCommandLine(LockConfigException e) {
        String message = Objects.requireNonNullElse(e.getMessage(), "");
        return message.startsWith("pawl.url is not set")
                ? "which service? --url, PAWL_URL or " + URL
                        + " in pawl.properties says it, such as redis://localhost:6379"
                : message.replace(URL + " (system property)", "--url");
    }
}
