package dev.pawl.lock.fencing.internal;

import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.util.Collection;
import java.util.List;

/** What an error of a database means. States are those of the standard, codes those of MariaDB and MySQL, or H2. */
public final class SqlErrors {

    private SqlErrors() {}

    /** Whether the statement may have been carried out, or may still be: the connection was lost on the way. */
    public static boolean isUnknownOutcome(SQLException e) {
        String state = e.getSQLState();
        return e instanceof SQLRecoverableException
                || (state != null && (state.startsWith("08") || state.startsWith("57P0")))
                || hasCause(e, SocketTimeoutException.class)
                || hasCode(e, 1158, 1159, 1160, 1161, 1927, 2006, 2013, 90067, 90098, 90121);
    }

    /** Whether the server takes no writes; it may have taken some until another became the primary. */
    public static boolean isReadOnly(SQLException e) {
        return hasState(e, "25006") || hasCode(e, 1290, 1792, 1836, 90097);
    }

    /**
     * Whether the connection is not to be used again. A time-out is an answer about the request only, so whoever was not answered asks
     * over another connection; and a server that takes no writes any more may have a successor, whom only a new connection finds.
     */
    public static boolean spoilsConnection(SQLException e) {
        return isUnknownOutcome(e) || isReadOnly(e);
    }

    /** Whether there was silence, where a broken connection would have been an answer of a kind. */
    public static boolean isSilence(SQLException e) {
        return hasCause(e, SocketTimeoutException.class);
    }

    /** Whether it has one of these states of the standard. */
    public static boolean hasState(SQLException e, String... states) {
        return hasState(e, List.of(states));
    }

    /** Whether it has one of these states of the standard. */
    public static boolean hasState(SQLException e, Collection<String> states) {
        String state = e.getSQLState();
        return state != null && states.contains(state);
    }

    /** Whether it has one of these codes. */
    public static boolean hasCode(SQLException e, Integer... codes) {
        return List.of(codes).contains(e.getErrorCode());
    }

    private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 10; t = t.getCause()) {
            if (type.isInstance(t)) {
                return true;
            }
            depth++;
        }
        return false;
    }
}
