package dev.pawl.lock.examples;

import org.jspecify.annotations.Nullable;

/** A worker's side of the talk with the demo: lines of fields, whether it is a thread or a process. */
interface Conversation {

    /** The next order, or null when there will be none. */
    String @Nullable [] next() throws InterruptedException;

    void say(String... fields);
}
