package dev.pawl.lock.cli;

import dev.pawl.lock.spi.LockNames;

/** What a lock may be called, on the command line. */
final class Names {

    private Names() {}

    static void check(String name) throws CliException {
        try {
            LockNames.check(name);
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, Text.oneLine(e));
        }
    }
}
