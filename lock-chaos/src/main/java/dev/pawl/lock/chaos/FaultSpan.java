package dev.pawl.lock.chaos;

import java.util.List;

/**
 * A fault that happened.
 *
 * @param kind what
 * @param target the slot that it harmed, or {@link #EVERYBODY}
 * @param begin before its effect
 * @param end after its effect
 * @param events that tell of it
 */
record FaultSpan(FaultKind kind, String target, long begin, long end, List<Event> events) {

    /** The target of a fault of the service. */
    static final String EVERYBODY = "service";

    boolean harms(String slot) {
        return target.equals(EVERYBODY) || target.equals(slot);
    }

    boolean touches(long from, long to) {
        return begin <= to && from <= end;
    }
}
