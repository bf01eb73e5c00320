package dev.pawl.lock.jdbc.internal.dialect;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Locks of rows that hold a lock in row mode. Where a rollback undoes other transactions' row locks, as on H2, there are none. */
public interface RowLocks {

    /**
     * Locks the row in the open transaction unless it is locked, and raises its token. Several exchanges.
     *
     * @param silence after how long without a word from us the database ends the session
     * @return null if it is locked or missing
     */
    @Nullable
    Reply lockRow(Connection connection, String key, Duration silence) throws SQLException;

    /** Undoes what {@link #lockRow} has set on the session and the end of its transaction does not undo. */
    void allowSilence(Connection connection) throws SQLException;
}
