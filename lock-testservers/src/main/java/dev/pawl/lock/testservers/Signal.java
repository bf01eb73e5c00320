package dev.pawl.lock.testservers;

/** What can be sent to a server process; the names are those that {@code kill} knows. */
enum Signal {
    KILL,
    STOP,
    CONT
}
