package dev.pawl.lock.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the database says to one attempt.
 *
 * @param granted whether the lock is ours
 * @param token the last token granted
 * @param previous the last token of the grant before
 * @param leftMicros how long its holder keeps the lock; not positive when nobody has it
 * @param queued whether anybody waits in its queue
 * @param inQueue whether the one who asked does, or has it reserved
 */
record Reply(boolean granted, long token, long previous, long leftMicros, boolean queued, boolean inQueue) {

    static Reply granted(long token, long previous) {
        return new Reply(true, token, previous, 0, false, false);
    }

    /** Where there is no queue. */
    static Reply busy(long leftMicros) {
        return new Reply(false, 0, 0, leftMicros, false, false);
    }

    /** The one row of an answer, or null if another came in between and the attempt has to be made again. */
    static @Nullable Reply of(ResultSet rows) throws SQLException {
        if (!rows.next()) {
            return null;
        }
        boolean hasQueue = rows.getMetaData().getColumnCount() > 5;
        return new Reply(
                rows.getBoolean(1),
                rows.getLong(2),
                rows.getLong(3),
                rows.getLong(4),
                rows.getBoolean(5),
                hasQueue && rows.getBoolean(6));
    }

    /** Not held, but not granted either: reserved for others, or another came in between. */
    boolean isFree() {
        return !granted && leftMicros <= 0;
    }

    Duration left() {
        return Duration.ofNanos(Math.max(1, leftMicros) * 1_000);
    }
}
