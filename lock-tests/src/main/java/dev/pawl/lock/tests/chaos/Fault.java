package dev.pawl.lock.tests.chaos;

import java.time.Duration;

/**
 * A fault to come.
 *
 * @param kind what
 * @param at when, from the start of the run
 * @param client which client it harms; of no meaning for one of the service
 * @param lasts how long
 * @param size how much: which reply is dropped, ms of a delay, ms by which a clock jumps; else 0
 */
record Fault(FaultKind kind, Duration at, int client, Duration lasts, int size) {}
