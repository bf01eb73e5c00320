package dev.pawl.lock.testservers;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * What to ask a database.
 *
 * @param <T> type of the answer
 */
@FunctionalInterface
public interface SqlQuestion<T> {

    /**
     * Asks it.
     *
     * @param admin a connection in autocommit mode, closed by the caller
     * @return the answer
     * @throws SQLException if the database cannot answer
     */
    T ask(Connection admin) throws SQLException;
}
