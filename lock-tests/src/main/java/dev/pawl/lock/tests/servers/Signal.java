package dev.pawl.lock.tests.servers;

/** What can be sent to a server process; the names are those that {@code kill} knows. */
enum Signal {
    KILL,
    STOP,
    CONT
}
