package dev.pawl.lock.chaos;

import java.util.Optional;

/**
 * Something that happened, as one process wrote it down.
 *
 * @param at when, by the monotonic clock of the machine, which its processes share
 * @param kind what
 * @param process to whom: {@code <slot>.<incarnation>} for a client; for a fault, the slot that it harms, or all
 * @param op which operation of the process, or which fault
 * @param lock the lock's name, or empty
 * @param token the fencing token, or 0
 * @param until the end of a lease as it was known then, or when a request is to return, by the same clock; or 0
 * @param note more about it, for people
 */
record Event(long at, Kind kind, String process, long op, String lock, long token, long until, String note) {

    /** What can happen. */
    enum Kind {
        /** A request begins; written before the call. */
        INVOKE,
        /** It was granted; stamped after the return. */
        OK,
        /** It ended without the lock: busy, timed out, cancelled, interrupted. */
        BUSY,
        /** It ended with an exception; what happened at the service is unknown. */
        FAILED,
        /** The lease was asked, and called itself valid; stamped before the question. */
        VALID,
        /** The lease called itself invalid. */
        INVALID,
        /** A release begins; stamped before the call. */
        RELEASE,
        /** A release returned. */
        RELEASED,
        /** The holder was told that its lease is lost. */
        LOST,
        /** The resource took a write. */
        ACCEPTED,
        /** The resource refused a write. */
        REFUSED,
        /** A process is killed; stamped before the signal. */
        KILLED,
        /** A fault begins; stamped before its effect. */
        FAULT,
        /** The fault of the same number is over; stamped after its effect. */
        FAULT_OVER,
        /** The last fault of a round is over. */
        HEALED,
        /** All clients have ended. */
        SHUT_DOWN,
        /** Something was found at the service afterwards. */
        LEFT,
        /** An operator begins to take a lock away, with the token that was seen; stamped before the call. */
        TAKE,
        /** It was taken away, and has this raised token. */
        TAKEN,
        /** It was not: the holder that was seen has it no more. */
        NOT_TAKEN
    }

    private static final String SEPARATOR = "\t";
    private static final int FIELDS = 8;

    /** Which client process this is an incarnation of: a fault harms a slot. */
    String slot() {
        int dot = process.indexOf('.');
        return dot < 0 ? process : process.substring(0, dot);
    }

    /** One line, with its end. */
    String line() {
        return String.join(
                        SEPARATOR,
                        Long.toString(at),
                        kind.name(),
                        process,
                        Long.toString(op),
                        lock,
                        Long.toString(token),
                        Long.toString(until),
                        note.replaceAll("[\t\r\n]+", " "))
                + "\n";
    }

    /**
     * Reads a line.
     *
     * @return empty for one that a killed process did not end
     */
    static Optional<Event> parse(String line) {
        String[] fields = line.split(SEPARATOR, -1);
        if (fields.length != FIELDS) {
            return Optional.empty();
        }
        // Few different strings, a million times.
        return Optional.of(new Event(
                Long.parseLong(fields[0]),
                Kind.valueOf(fields[1]),
                fields[2].intern(),
                Long.parseLong(fields[3]),
                fields[4].intern(),
                Long.parseLong(fields[5]),
                Long.parseLong(fields[6]),
                fields[7].intern()));
    }
}
