package dev.pawl.lock.jdbc.internal.pool;

import com.zaxxer.hikari.SQLExceptionOverride;
import dev.pawl.lock.fencing.internal.SqlErrors;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;

/**
 * Which connections the pool does not lend again. By itself it knows a broken one by the standard's states, of which H2 has none:
 * such a one would be lent on, untested, as often as twice a second or more.
 */
final class Eviction implements SQLExceptionOverride {

    @java.lang.Override
    public Override adjudicate(SQLException e) {
        if (SqlErrors.spoilsConnection(e)) {
            return Override.MUST_EVICT;
        }
        // A statement that waited too long for a row says nothing against its connection.
        return e instanceof SQLTimeoutException ? Override.DO_NOT_EVICT : Override.CONTINUE_EVICT;
    }
}
