package dev.pawl.lock.jdbc;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;

/** A statement that waited too long for a row says nothing against its connection, which the pool would close. */
final class KeepAfterTimeout implements SQLExceptionOverride {

    @java.lang.Override
    public Override adjudicate(SQLException e) {
        return e instanceof SQLTimeoutException && !Faults.isUnknownOutcome(e)
                ? Override.DO_NOT_EVICT
                : Override.CONTINUE_EVICT;
    }
}
