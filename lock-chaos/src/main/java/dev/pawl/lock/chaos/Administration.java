package dev.pawl.lock.chaos;

import dev.pawl.lock.FencingToken;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** What an operator can ask of a lock service. Used by one thread at a time. */
interface Administration extends AutoCloseable {

    /** Makes one; throws when the service cannot be reached. */
    @FunctionalInterface
    interface Connector {
        Administration connect();
    }

    /**
     * What is held, or some of it.
     *
     * @param random decides how to ask
     * @return the newest token of each
     */
    List<FencingToken> held(Random random);

    /**
     * Takes a lock from the holder that was seen.
     *
     * @param seen its newest token
     * @param atOnce whether the lock is to be free at once
     * @return the token above those of the holder; empty if it is not the holder any more
     */
    Optional<FencingToken> takeAway(FencingToken seen, boolean atOnce);

    @Override
    void close();
}
