package dev.pawl.lock.jdbc.internal.row;

import dev.pawl.lock.jdbc.internal.dialect.RowLocks;
import dev.pawl.lock.jdbc.internal.pool.BorrowedConnection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The connection and open transaction by which a row is locked. It ends once: by a release, or because the connection broke. One
 * exchange at a time; a second waits for the first, which is bounded.
 */
final class RowHold {

    private final BorrowedConnection borrowed;
    private final RowLocks rowLocks;
    private final Duration limit;
    private final Consumer<RowHold> ended;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean silenceLimited;

    /** @param ended told once when the connection has gone back */
    RowHold(BorrowedConnection borrowed, RowLocks rowLocks, Duration limit, Consumer<RowHold> ended) {
        this.borrowed = borrowed;
        this.rowLocks = rowLocks;
        this.limit = limit;
        this.ended = ended;
    }

    boolean isOver() {
        return over.get();
    }

    Connection connection() {
        return borrowed.connection();
    }

    /** Has locked the row: from now on the database ends the session when it is silent for long. */
    void locked() {
        silenceLimited = true;
    }

    /** Asks whether the transaction is still open. */
    void ping() throws SQLException {
        oneAtATime.lock();
        try {
            if (isOver()) {
                throw new SQLException("the connection of this hold has been given back", "08003");
            }
            borrowed.answersWithin(limit);
            try (PreparedStatement statement = connection().prepareStatement("SELECT 1")) {
                statement.executeQuery().close();
            }
        } finally {
            oneAtATime.unlock();
        }
    }

    /** Ends the transaction and gives the connection back; false if it had ended before. */
    boolean commit() throws SQLException {
        return end(true);
    }

    /** Undoes the transaction. */
    boolean rollback() throws SQLException {
        return end(false);
    }

    private boolean end(boolean commit) throws SQLException {
        oneAtATime.lock();
        try {
            if (!over.compareAndSet(false, true)) {
                return false;
            }
            boolean clean = false;
            try {
                borrowed.answersWithin(limit);
                if (silenceLimited) {
                    rowLocks.allowSilence(connection());
                }
                if (commit) {
                    connection().commit();
                } else {
                    connection().rollback();
                }
                clean = true;
                return true;
            } finally {
                giveBack(clean);
            }
        } finally {
            oneAtATime.unlock();
        }
    }

    /** The connection is broken: with it the server ends the transaction. */
    void abort() {
        if (over.compareAndSet(false, true)) {
            giveBack(false);
        }
    }

    private void giveBack(boolean clean) {
        try {
            if (clean) {
                borrowed.close();
            } else if (oneAtATime.tryLock()) {
                try {
                    borrowed.abort();
                } finally {
                    oneAtATime.unlock();
                }
            } else {
                borrowed.abortInUse();
            }
        } finally {
            ended.accept(this);
        }
    }
}
