package dev.pawl.lock.testkit;

import dev.pawl.lock.Lease;
import dev.pawl.lock.spi.LockBackend;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A lock service under test, and the harm that can be done to it. A backend supplies one to the contract kit; the
 * service is started once for a test class and healed between its cases.
 */
public interface BackendFixture extends AutoCloseable {

    /**
     * A new backend on this service: what one process of an application would have.
     *
     * @return a connected backend, closed by the client that uses it
     */
    LockBackend newBackend();

    /**
     * Where a child JVM reaches this service.
     *
     * @return the URL, or empty when the service lives in this JVM
     */
    Optional<String> url();

    /**
     * The backend's own settings that go with {@link #url()}.
     *
     * @return full keys and their values
     */
    default Map<String, String> settings() {
        return Map.of();
    }

    /**
     * Takes the lock away from its holder at the service, without telling it, as an expiry or an operator would.
     *
     * @param lease the lease whose hold disappears
     */
    void loseLease(Lease lease);

    /**
     * Gives the lock to a foreign owner at the service, without telling the holder.
     *
     * @param lease the lease whose hold is taken over
     */
    void takeOver(Lease lease);

    /** Stops the service from answering; its connections stay open (SIGSTOP, {@code docker pause}). */
    void pauseService();

    /** Ends {@link #pauseService()}. */
    void resumeService();

    /** Kills the service; connections break and new ones are refused. */
    void killService();

    /**
     * Starts a killed service again, where it was.
     *
     * @param keepData false to start it empty
     */
    void startService(boolean keepData);

    /** Breaks every connection by which waiters are woken, once; the clients may reconnect. */
    void cutWakeUps();

    /**
     * Whether the service holds anything for the name but its token counter: a lock, a reservation, a queue entry, a node.
     *
     * @param name the lock's name
     * @return what was found, or empty
     */
    Optional<String> leftBehind(String name);

    /**
     * Takes permits of a semaphore away from their holder at the service, without telling it, as an expiry or an operator would. Those of other
     * holders of the same semaphore may go with them. Asked only of a backend that has semaphores.
     *
     * @param permits the lease whose hold disappears
     */
    default void losePermits(Lease permits) {
        throw new UnsupportedOperationException("losePermits");
    }

    /**
     * Whether the service holds anything for the semaphore but its token counter: permits that are out, a place in a queue, a node. Asked only
     * of a backend that has semaphores.
     *
     * @param name the semaphore's name
     * @return what was found, or empty
     */
    default Optional<String> permitsLeftBehind(String name) {
        throw new UnsupportedOperationException("permitsLeftBehind");
    }

    /**
     * As {@link #losePermits}, of a reader-writer lock.
     *
     * @param lease the lease whose hold disappears
     */
    default void loseReadWriteLock(Lease lease) {
        throw new UnsupportedOperationException("loseReadWriteLock");
    }

    /**
     * As {@link #permitsLeftBehind}, of a reader-writer lock.
     *
     * @param name the lock's name
     * @return what was found, or empty
     */
    default Optional<String> readWriteLockLeftBehind(String name) {
        throw new UnsupportedOperationException("readWriteLockLeftBehind");
    }

    /**
     * Whether token order outlives {@code startService(false)}: false only for a service in this JVM.
     *
     * @return true if a new token is larger than those before the loss of data
     */
    boolean tokensOutliveDataLoss();

    /**
     * The longest that one exchange with the service takes before the backend gives up on it.
     *
     * @return the time limit that {@link #newBackend()} is made with
     */
    default Duration ioLimit() {
        return Duration.ofSeconds(5);
    }

    /**
     * Whether the answer that refuses a lock which another client holds tells who that is ({@link
     * dev.pawl.lock.spi.Attempt.Busy#holder}): the newest token and its label, without a request of its own.
     *
     * @return true if it does
     */
    default boolean refusalTellsTheHolder() {
        return false;
    }

    /**
     * How many lock names the case about a million names uses: fewer where each costs two round trips.
     *
     * @return a count, at least 10,000
     */
    default int manyNames() {
        return 50_000;
    }

    /**
     * How many locks a case may hold at once that needs not be about many: fewer where each takes a connection.
     *
     * @return a count, at least 20
     */
    default int mostHolds() {
        return 200;
    }

    /**
     * How many connections the service has open.
     *
     * @return the count, or empty where there is no such thing
     */
    default OptionalInt connections() {
        return OptionalInt.empty();
    }

    /** Undoes every harm, so that the next case starts on a working, empty service. */
    void heal();

    /** Stops the service. */
    @Override
    void close();
}
