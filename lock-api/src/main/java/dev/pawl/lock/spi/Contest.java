package dev.pawl.lock.spi;

import dev.pawl.lock.LossReason;
import java.time.Duration;

/**
 * What a client contends for: made by the engine, read by the backend. Its two signals may be sent from any thread, are
 * quick, and are ignored once the contest is over.
 */
public interface Contest {

    /** The ways to hold a name. What is held in one way has nothing to do with what is held under the same name in another. */
    enum Mode {
        /** One holder at a time: a lock. */
        EXCLUSIVE,
        /**
         * Several holders, as long as they have no more permits together than the {@linkplain #limit() limit} of the contest that asks: a
         * semaphore. Asked for only where {@link dev.pawl.lock.Guarantees} say {@link dev.pawl.lock.Capability#SEMAPHORE}.
         */
        PERMITS,
        /**
         * As {@link #PERMITS}, of names that have nothing to do with those of semaphores: a reader wants one permit, and a writer all of
         * them. Asked for only where {@link dev.pawl.lock.Guarantees} say {@link dev.pawl.lock.Capability#READ_WRITE_LOCK}.
         */
        READ_WRITE
    }

    /**
     * The name of the lock, as the user gave it: not blank, at most 1,024 characters, well-formed Unicode.
     *
     * @return the name
     */
    String name();

    /**
     * Who contends: unique among all contests of all processes, and the same for every attempt of this one. Only letters,
     * digits, {@code -}, {@code _} and {@code .}; never logged.
     *
     * @return the owner id
     */
    String owner();

    /**
     * What the client that contends calls itself, for people: at most 128 characters, no control character among them.
     *
     * @return the label, or empty
     */
    default String holder() {
        return "";
    }

    /**
     * How long the service keeps a grant that is not renewed.
     *
     * @return a positive time, in whole milliseconds
     */
    Duration leaseTime();

    /**
     * The longest a waiter of this contest stays away from the service: one that has not been seen for several times as long
     * is gone.
     *
     * @return a positive time
     */
    Duration retryCeiling();

    /**
     * How the name is to be held.
     *
     * @return {@link Mode#EXCLUSIVE} unless a contest says otherwise; the same every time, as are the two that follow
     */
    default Mode mode() {
        return Mode.EXCLUSIVE;
    }

    /**
     * How many permits are wanted, all or none. They are held, renewed and released together.
     *
     * @return from 1 to {@link #limit()}; 1 of a lock
     */
    default int permits() {
        return 1;
    }

    /**
     * How many permits may be out at once, these included. Other contests for the same name may have another limit: each is granted by its
     * own.
     *
     * @return at least 1; 1 of a lock
     */
    default int limit() {
        return 1;
    }

    /**
     * Something may have changed: look again. May come early, twice, or for nothing, and may be lost: the engine looks again by
     * itself.
     */
    void wake();

    /**
     * The service has taken the grant of this contest away. For what the service says of itself, such as the end of a session;
     * silence needs no signal, the engine knows the deadline.
     *
     * @param reason why
     */
    void lost(LossReason reason);
}
