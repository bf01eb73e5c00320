package dev.pawl.lock.internal;

import org.slf4j.Logger;

/** Tells of a failure where nothing may be thrown: the thread would be lost with it. */
final class Warnings {

    private Warnings() {}

    static void warn(Logger log, String what, Throwable failure) {
        try {
            log.warn(what, failure);
        } catch (Throwable e) {
            // Where there is no room for a log entry there is none for anything else.
        }
    }
}
