package dev.pawl.lock.jdbc.internal.dialect;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The queue of waiters in the row of a lock, and the messages that tell the first of its turn. Only PostgreSQL has one. Every method
 * that takes a connection is one exchange. Safe for use by several threads.
 */
public interface WaitQueue {

    /** Puts a waiter into the queue; false if it may have the lock instead. */
    boolean enqueue(Connection connection, String key, String member) throws SQLException;

    /** Reserves a lock that nobody has for the first in its queue who lives; false if there is none. */
    boolean passOn(Connection connection, String key, String member) throws SQLException;

    /** More tokens for a hold, or null if others wait or it is gone. */
    @Nullable
    Reply extend(Connection connection, String key, String owner) throws SQLException;

    /** What is to be said to a server that may have crashed, over the connection that was just opened. */
    @FunctionalInterface
    interface AfterReconnect {
        void on(Connection fresh) throws SQLException;
    }

    /**
     * Listens, and makes sure that a message arrives: a pooler that gives each transaction another session drops them.
     *
     * @param lent whether its connections are a pool's, which gets them back as they were
     * @param node the id of this client
     * @param limit the longest that one exchange may take
     * @param afterReconnect run each time after the connection was lost and opened again: the server may have crashed. If it
     *     fails, the connection counts as lost again
     * @return null if none does
     */
    @Nullable
    WakeUps listen(Connector connector, boolean lent, String node, Duration limit, AfterReconnect afterReconnect)
            throws SQLException;
}
