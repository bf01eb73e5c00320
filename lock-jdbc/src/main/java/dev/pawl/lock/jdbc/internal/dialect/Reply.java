package dev.pawl.lock.jdbc.internal.dialect;

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
public record Reply(boolean granted, long token, long previous, long leftMicros, boolean queued, boolean inQueue) {

    public static Reply granted(long token, long previous) {
        return new Reply(true, token, previous, 0, false, false);
    }

    /** Where there is no queue. */
    public static Reply busy(long leftMicros) {
        return new Reply(false, 0, 0, leftMicros, false, false);
    }

    /** The state of a lost race: the attempt is made again, by the same owner, who is granted what it may have by now. */
    private static final String AGAIN = "40001";

    /**
     * The one row of an answer, or null if another came in between and the attempt has to be made again.
     *
     * @throws SQLException if there are more: a lost race
     */
    public static @Nullable Reply of(ResultSet rows) throws SQLException {
        if (!rows.next()) {
            return null;
        }
        Reply reply = read(rows);
        if (rows.next()) {
            throw ranTwice();
        }
        return reply;
    }

    /** Galera repeats an autocommit statement that has met another node's, and answers with the rows of both runs. */
    public static SQLException ranTwice() {
        return new SQLException("the database has answered an attempt more than once", AGAIN);
    }

    private static Reply read(ResultSet rows) throws SQLException {
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
    public boolean isFree() {
        return !granted && leftMicros <= 0;
    }

    public Duration left() {
        return Duration.ofNanos(Math.max(1, leftMicros) * 1_000);
    }
}
