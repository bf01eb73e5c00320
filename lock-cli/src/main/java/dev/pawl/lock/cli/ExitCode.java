package dev.pawl.lock.cli;

/** What the exit codes mean. They are those of {@code sysexits.h} where that has one. */
final class ExitCode {

    static final int DONE = 0;

    /** The command line or the configuration is wrong: EX_USAGE. */
    static final int USAGE = 64;

    /** The service cannot be reached, or refuses: EX_UNAVAILABLE. */
    static final int UNREACHABLE = 69;

    /** A defect of Pawl: EX_SOFTWARE. */
    static final int DEFECT = 70;

    /** What is asked for could not be written: EX_IOERR. */
    static final int UNWRITTEN = 74;

    /** Somebody else has the lock: EX_TEMPFAIL. */
    static final int CONFLICT = 75;

    /** The lock was lost while the command ran. */
    static final int LOST = 76;

    /** The command is there, but cannot be run; as a shell says it. */
    static final int NOT_EXECUTABLE = 126;

    /** There is no such command; as a shell says it. */
    static final int NOT_FOUND = 127;

    /** Ended by a signal: this and its number, as a shell says it. */
    static final int SIGNALLED = 128;

    private ExitCode() {}
}
