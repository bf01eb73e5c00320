package dev.pawl.lock.fencing.internal;

import java.sql.Connection;
import java.sql.SQLException;

/** Connections of callers, in a transaction of theirs. */
public final class Transactions {

    private Transactions() {}

    /**
     * Refuses a connection on which each statement is a transaction of its own.
     *
     * @param otherwise what would come of it
     */
    public static void require(Connection transaction, String lock, String otherwise) throws SQLException {
        if (transaction.getAutoCommit()) {
            throw new IllegalArgumentException("transaction: lock '" + lock + "'" + otherwise
                    + ", because the connection is in autocommit mode; call setAutoCommit(false) first");
        }
    }

    /** The same for a guard, whose check and the write behind it are one step in a transaction only. */
    public static void requireForGuard(Connection transaction, String lock) throws SQLException {
        require(transaction, lock, ": check and write would be two transactions");
    }
}
