package dev.pawl.lock.jdbc.internal.dialect;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A lock that somebody has in lease mode, as its row says.
 *
 * @param key the row
 * @param revoked whether it was taken away from its owner, who has not let go yet
 * @param kept whether its owner has let go, and it is kept from everybody for a time
 * @param token the last token granted
 * @param holder what the owner's client calls itself; empty if it did not say
 * @param grantedMicros since 1970 by the database's clock, when it was granted; 0 if nobody knows
 * @param untilMicros the same, when it ends
 * @param waiting how many wait in its queue; negative where there is none
 */
public record Held(
        String key,
        boolean revoked,
        boolean kept,
        long token,
        String holder,
        long grantedMicros,
        long untilMicros,
        int waiting) {

    private static final String REVOKED = "!";

    static Held read(ResultSet row) throws SQLException {
        String holder = row.getString(4);
        return new Held(
                row.getString(1),
                row.getString(2).startsWith(REVOKED),
                row.getString(2).startsWith(Dialect.KEPT),
                row.getLong(3),
                holder == null ? "" : holder,
                row.getLong(5),
                row.getLong(6),
                row.getInt(7));
    }
}
