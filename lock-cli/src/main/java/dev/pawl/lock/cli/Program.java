package dev.pawl.lock.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/** Finds a program as the system will, so that a lock is not taken for one that is not there. */
final class Program {

    /** What the system's own search takes when there is no PATH. */
    private static final String USUAL_PATH = "/bin:/usr/bin";

    private Program() {}

    static void requireExecutable(String command) throws CliException {
        boolean there = false;
        try {
            for (Path place : places(command).toList()) {
                if (Files.isExecutable(place) && !Files.isDirectory(place)) {
                    return;
                }
                there |= Files.exists(place);
            }
        } catch (InvalidPathException e) {
            throw new CliException(ExitCode.NOT_FOUND, "'" + command + "': no such command");
        }
        throw there
                ? new CliException(ExitCode.NOT_EXECUTABLE, "'" + command + "' cannot be executed")
                : new CliException(ExitCode.NOT_FOUND, "'" + command + "': no such command");
    }

    private static Stream<Path> places(String command) {
        if (command.isEmpty() || command.contains("/")) {
            return command.isEmpty() ? Stream.of() : Stream.of(Path.of(command));
        }
        return Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), USUAL_PATH)
                        .split(":", -1))
                .map(directory -> Path.of(directory.isEmpty() ? "." : directory, command));
    }
}
