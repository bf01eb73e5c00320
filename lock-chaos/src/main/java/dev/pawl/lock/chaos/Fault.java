package dev.pawl.lock.chaos;

import java.time.Duration;
import java.util.List;

/**
 * A fault to come.
 *
 * @param kind what
 * @param at when, from the start of its round
 * @param client which client it harms; of no meaning for one of the service
 * @param lasts how long
 * @param size how much: which reply is dropped, ms of a delay, ms by which a clock jumps; else 0
 * @param meanwhile what comes when this one has its effect, whatever its time; this one lasts from then on
 */
record Fault(FaultKind kind, Duration at, int client, Duration lasts, int size, List<Fault> meanwhile) {

    /** Nothing comes meanwhile. */
    Fault(FaultKind kind, Duration at, int client, Duration lasts, int size) {
        this(kind, at, client, lasts, size, List.of());
    }
}
