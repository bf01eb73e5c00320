package dev.pawl.lock.cli;

/** The words of a command line, which Java reads in the character set of the locale. */
final class Arguments {

    private static final char UNREADABLE = '\uFFFD';

    private Arguments() {}

    /** A word that Java could not read would reach the command as another word. */
    static void requireReadable(String... args) throws CliException {
        for (int i = 0; i < args.length; i++) {
            if (args[i].indexOf(UNREADABLE) >= 0) {
                throw new CliException(
                        ExitCode.USAGE,
                        "argument " + (i + 1) + " '" + args[i]
                                + "' cannot be read in this locale, whose character set is "
                                + System.getProperty("sun.jnu.encoding") + "; set LC_ALL=C.UTF-8");
            }
        }
    }
}
