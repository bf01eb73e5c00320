package dev.pawl.lock.jdbc;

import dev.pawl.lock.LockBackendException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says what went wrong at the database, and what to do about it. */
final class Faults {

    /** The first that fits says what it is; states are those of the standard, numbers those of MariaDB and MySQL, or H2. */
    private static final List<Advice> KNOWN = List.of(
            new Advice(
                    e -> hasState(e, "28P01", "28000") || hasCode(e, 1045, 1698, 28000),
                    "refused user name or password; check pawl.username and pawl.password"),
            new Advice(
                    e -> hasState(e, "3D000") || hasCode(e, 1049, 90013, 90146),
                    "has no such database; check the name in pawl.url"),
            new Advice(
                    e -> hasState(e, "25006") || hasCode(e, 1290, 1792, 1836, 90097),
                    "is read-only, such as a replica; connect to the primary"),
            new Advice(
                    e -> hasState(e, "42501") || hasCode(e, 1142, 1143, 1044, 90096),
                    "lacks a privilege; the user needs SELECT, INSERT, UPDATE and DELETE on the lock table"),
            new Advice(
                    e -> hasState(e, "42P01", "42S02", "3F000") || hasCode(e, 1146),
                    "has no lock table; it was there when this client started"),
            new Advice(
                    e -> hasState(e, "42703", "42S22") || hasCode(e, 1054),
                    "has a lock table of another shape; see docs/jdbc.md for the one that is needed"),
            new Advice(
                    e -> hasState(e, "53300", "08004") || hasCode(e, 1040, 1203, 1226),
                    "has too many connections; see its limit, and the pool sizes of those that use it"),
            new Advice(
                    e -> hasState(e, "53100", "53200", "53000") || hasCode(e, 1021, 1114),
                    "is out of disk or memory; see its log"),
            new Advice(
                    e -> hasState(e, "40P01") || hasCode(e, 1213, 40001),
                    "ended a deadlock of this transaction and another by refusing this one; roll back, and begin again"),
            new Advice(
                    e -> hasState(e, "40001") || hasCode(e, 1020, 90131),
                    "has a newer row of this lock than this transaction may see; roll back, and begin again in READ COMMITTED"),
            new Advice(
                    e -> hasState(e, "55P03") || hasCode(e, 1205, 50200),
                    "kept the row of this lock locked by another session; see its list of sessions"),
            new Advice(e -> hasState(e, "57P01", "57P02", "57P03"), "is shutting down or starting"),
            new Advice(
                    e -> e instanceof SQLTransientConnectionException && e.getCause() == null,
                    "gave no connection in time: the pool is exhausted, or the database does not answer"));

    private final String product;
    private final @Nullable String node;
    private final Secrets secrets;

    Faults(String product, @Nullable String node, Secrets secrets) {
        this.product = product;
        this.node = node;
        this.secrets = secrets;
    }

    /** What went wrong in a transaction of the caller's: says which lock and how long, as nobody else does. */
    static LockBackendException inTransaction(String lock, Duration elapsed, SQLException e) {
        LockBackendException fault =
                new Faults("the database", null, Secrets.of(null, null)).translate(lock, elapsed, e);
        return new LockBackendException(
                lock,
                elapsed,
                null,
                "lock '" + lock + "': after " + elapsed.toMillis() + " ms " + fault.getMessage(),
                e);
    }

    LockBackendException translate(String lock, Duration elapsed, Throwable failure) {
        if (secrets.areToldBy(failure)) {
            String state =
                    failure instanceof SQLException e && e.getSQLState() != null ? " [" + e.getSQLState() + "]" : "";
            return fault(
                    lock,
                    elapsed,
                    "failed" + state
                            + "; what its driver says is left out, because it repeats credentials of the URL: set them"
                            + " with pawl.username and pawl.password",
                    null);
        }
        return fault(lock, elapsed, describe(failure), failure);
    }

    /** A fault in words of its own. */
    LockBackendException fault(String lock, Duration elapsed, String what, @Nullable Throwable cause) {
        String server = node == null ? product : product + " at " + node;
        String after = lock.isEmpty() ? ", after " + elapsed.toMillis() + " ms" : "";
        return new LockBackendException(lock, elapsed, node, server + " " + what + after, cause);
    }

    /** Whether the statement may have been carried out, or may still be: the connection was lost on the way. */
    static boolean isUnknownOutcome(SQLException e) {
        String state = e.getSQLState();
        return e instanceof SQLRecoverableException
                || (state != null && (state.startsWith("08") || state.startsWith("57P0")))
                || hasCause(e, SocketTimeoutException.class)
                || hasCode(e, 1158, 1159, 1160, 1161, 1927, 2006, 2013, 90067, 90098, 90121);
    }

    /** Whether there was silence, where a broken connection would have been an answer of a kind. */
    static boolean isSilence(SQLException e) {
        return hasCause(e, SocketTimeoutException.class);
    }

    private static String describe(Throwable failure) {
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 10; t = t.getCause()) {
            String known = describeOne(t);
            if (known != null) {
                return known;
            }
            depth++;
        }
        return "failed: " + failure.getMessage();
    }

    private static @Nullable String describeOne(Throwable failure) {
        if (failure instanceof SQLException e) {
            for (Advice advice : KNOWN) {
                if (advice.fits.test(e)) {
                    String state = e.getSQLState();
                    return advice.text + (state == null ? "" : " [" + state + "]");
                }
            }
        }
        if (failure instanceof UnknownHostException) {
            return "has a name that cannot be resolved: " + failure.getMessage();
        }
        if (failure instanceof ConnectException) {
            return "cannot be reached: " + failure.getMessage();
        }
        if (failure instanceof SocketTimeoutException) {
            return "did not answer in time: it is stopped, overloaded, or cut off; what was asked will be undone";
        }
        if (failure instanceof SocketException) {
            return "broke the connection: " + failure.getMessage();
        }
        if (failure instanceof SSLException) {
            return "failed the TLS handshake: " + failure.getMessage();
        }
        return null;
    }

    private static boolean hasState(SQLException e, String... states) {
        String state = e.getSQLState();
        return state != null && List.of(states).contains(state);
    }

    private static boolean hasCode(SQLException e, Integer... codes) {
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

    private static final class Advice {
        private final Predicate<SQLException> fits;
        private final String text;

        Advice(Predicate<SQLException> fits, String text) {
            this.fits = fits;
            this.text = text;
        }
    }
}
