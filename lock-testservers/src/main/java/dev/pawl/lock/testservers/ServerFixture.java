package dev.pawl.lock.testservers;

/**
 * A running service of one or more real server processes, and the harm that can be done to all of them. Ports stay the same
 * for the fixture's life. It ends with the JVM, however the JVM ends.
 *
 * <p>Every method returns when its effect can be seen: a killed server is dead, a started one answers. Safe for use by
 * several threads, one method at a time.
 */
public interface ServerFixture extends AutoCloseable {

    /**
     * Where an application reaches the service.
     *
     * @return a URL for {@code LockClient.connect}
     */
    String url();

    /** Kills the servers as {@code kill -9} does: connections break; a new one is refused, or closed at once. */
    void kill();

    /**
     * Kills the servers if they run, and starts them on the same ports.
     *
     * @param keepData false to start them empty
     * @throws IllegalStateException if they do not answer in time; the message has what they logged
     */
    void restart(boolean keepData);

    /** Stops the servers from answering ({@code SIGSTOP}): their connections stay open, new ones connect and hear nothing. */
    void pause();

    /** Ends {@link #pause()}. Does nothing if nothing is paused. */
    void resume();

    /** Breaks every client's connection, once; clients may reconnect. */
    void cutConnections();

    /**
     * Undoes every harm: afterwards the servers run, agree with one another, and are empty.
     *
     * @throws IllegalStateException if they do not in time; the message has what they logged
     */
    void heal();

    /** Kills the servers for good and removes their data. Idempotent. */
    @Override
    void close();
}
