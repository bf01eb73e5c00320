package dev.pawl.lock.cli;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.spi.Durations;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Entry point of {@code pawl.jar}. What goes wrong is told in one line on the error stream, and by the exit code. */
public final class Pawl {

    private Pawl() {}

    /** Runs one command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.exit(run(new Output(out, err), args));
    }

    static int run(Output output, String... args) {
        try {
            Arguments.requireReadable(args);
        } catch (CliException e) {
            output.say(Text.oneLine(e));
            return e.exitCode();
        }
        // What is to be run has options and words of its own.
        CommandLine run = new CommandLine(new RunCommand(output)).setStopAtPositional(true);
        CommandLine line = new CommandLine(new Root())
                .addSubcommand(run)
                .addSubcommand(new ShowCommand(output))
                .addSubcommand(new ListCommand(output))
                .addSubcommand(new ReleaseCommand(output))
                .addSubcommand(new PingCommand(output))
                .addSubcommand(new GuaranteesCommand(output));
        line.setExpandAtFiles(false)
                .setUsageHelpAutoWidth(false)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .registerConverter(Duration.class, Pawl::duration)
                .setOut(writer(output.out()))
                .setErr(writer(output.err()))
                .setParameterExceptionHandler((e, given) -> misused(output, e))
                .setExecutionExceptionHandler((e, command, given) -> failed(output, e));
        return line.execute(args);
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    private static Duration duration(String text) {
        try {
            Duration duration = Durations.parse(text);
            if (duration.isNegative()) {
                throw new TypeConversionException("'" + text + "' is negative");
            }
            return duration;
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "' is " + e.getMessage());
        }
    }

    private static int misused(Output output, ParameterException e) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        String hint = e instanceof UnmatchedArgumentException unmatched
                ? String.join(
                        " or ", unmatched.getSuggestions().stream().limit(2).toList())
                : "";
        output.say(Text.oneLine(e) + "; " + (hint.isEmpty() ? "" : "did you mean " + hint + "? ") + "see '" + command
                + " --help'");
        return ExitCode.USAGE;
    }

    private static int failed(Output output, Exception e) {
        output.say(Text.oneLine(e));
        if (e instanceof CliException known) {
            return known.exitCode();
        }
        if (e instanceof LockConfigException) {
            return ExitCode.USAGE;
        }
        return e instanceof LockBackendException ? ExitCode.UNREACHABLE : ExitCode.DEFECT;
    }

    /** The command of which the others are parts. */
    @Command(
            name = "pawl",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            subcommandsRepeatable = false,
            description = "Runs a command under a distributed lock; shows and releases locks.",
            footer = {
                "",
                "The service comes from --url, PAWL_URL or pawl.properties, in this order.",
                "Exit codes: 0 done, 64 wrong usage or configuration, 69 the service cannot be reached, 75 somebody else has"
                        + " the lock, 76 the lock was lost; else the code of the command that was run."
            })
    static final class Root implements Runnable {

        @Override
        public void run() {
            CommandLine line = new CommandLine(this);
            throw new ParameterException(line, "which command? run, show, list, release, ping or guarantees");
        }
    }

    /** The version of the build. */
    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() throws IOException {
            Properties build = new Properties();
            try (InputStream file = Pawl.class.getResourceAsStream("build.properties")) {
                if (file != null) {
                    build.load(file);
                }
            }
            return new String[] {"pawl " + build.getProperty("version", "of an unknown version")};
        }
    }
}
