package dev.pawl.lock.jdbc.internal.exchange;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.fencing.internal.SqlErrors;
import dev.pawl.lock.spi.BackendFault;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says what went wrong at the database, and what to do about it. */
public final class Faults {

    /** The first that fits says what it is; states are those of the standard, numbers those of MariaDB and MySQL, or H2. */
    private static final List<Advice> KNOWN = List.of(
            new Advice(
                    e -> SqlErrors.hasState(e, "28P01") || SqlErrors.hasCode(e, 1045, 1698, 28000),
                    "refused user name or password; check pawl.username and pawl.password"),
            new Advice(
                    e -> SqlErrors.hasState(e, "3D000") || SqlErrors.hasCode(e, 1049, 90013, 90146),
                    "has no such database; check the name in pawl.url"),
            new Advice(SqlErrors::isReadOnly, "is read-only, such as a replica; connect to the primary"),
            new Advice(
                    e -> SqlErrors.hasState(e, "42501") || SqlErrors.hasCode(e, 1142, 1143, 1044, 90096),
                    "lacks a privilege; the user needs SELECT, INSERT, UPDATE and DELETE on the lock table, and for permits on the one"
                            + " that ends in _permits"),
            new Advice(
                    e -> SqlErrors.hasState(e, "42P01", "42S02", "3F000") || SqlErrors.hasCode(e, 1146),
                    "has no lock table; it was there when this client started"),
            new Advice(
                    e -> SqlErrors.hasState(e, "42703", "42S22") || SqlErrors.hasCode(e, 1054),
                    "has a lock table of another shape; see docs/jdbc.md for the one that is needed"),
            new Advice(
                    e -> SqlErrors.hasState(e, "53300") || SqlErrors.hasCode(e, 1040, 1203, 1226),
                    "has too many connections; see its limit, and the pool sizes of those that use it"),
            new Advice(
                    e -> SqlErrors.hasState(e, "53100", "53200", "53000") || SqlErrors.hasCode(e, 1021, 1114),
                    "is out of disk or memory; see its log"),
            new Advice(
                    e -> SqlErrors.hasState(e, "40P01") || SqlErrors.hasCode(e, 1213, 40001),
                    "ended a deadlock of this transaction and another by refusing this one; roll back, and begin again"),
            new Advice(
                    e -> SqlErrors.hasState(e, "40001") || SqlErrors.hasCode(e, 1020, 90131),
                    "has a newer row of this lock than this transaction may see; roll back, and begin again in READ COMMITTED"),
            new Advice(
                    e -> SqlErrors.hasState(e, "55P03") || SqlErrors.hasCode(e, 1205, 50200),
                    "kept the row of this lock locked by another session; see its list of sessions"),
            new Advice(e -> SqlErrors.hasState(e, "57P01", "57P02", "57P03"), "is shutting down or starting"),
            new Advice(
                    e -> isExhaustion(e) && e.getCause() == null,
                    "gave no connection in time: the pool is exhausted, or the database does not answer"));

    private final String product;
    private final @Nullable String node;
    private final Secrets secrets;

    public Faults(String product, @Nullable String node, Secrets secrets) {
        this.product = product;
        this.node = node;
        this.secrets = secrets;
    }

    /** What went wrong in a transaction of the caller's: says which lock and how long, as nobody else does. */
    public static LockBackendException inTransaction(String lock, Duration elapsed, SQLException e) {
        BackendFault fault = new Faults("the database", null, Secrets.of(null, null)).translate(e);
        return new LockBackendException(
                lock,
                elapsed,
                null,
                "lock '" + lock + "': after " + elapsed.toMillis() + " ms " + fault.getMessage(),
                e);
    }

    public BackendFault translate(Throwable failure) {
        if (secrets.areToldBy(failure)) {
            String shown = secrets.hide(describe(failure)) + " (*** is a word that is among the credentials, too)";
            return fault(shown, secrets.without(failure));
        }
        return fault(describe(failure), failure);
    }

    /** A fault in words of its own. */
    public BackendFault fault(String what, @Nullable Throwable cause) {
        return new BackendFault(node, (node == null ? product : product + " at " + node) + " " + what, cause);
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
            if (SqlErrors.hasState(e, "28000", "08004")) {
                // No host entry, no such role, no TLS: drivers have one state for all of them, and the server's own
                // words.
                return "refused the connection: " + e.getMessage() + " [" + e.getSQLState() + "]";
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

    /** HikariCP says so by the standard's exception, Tomcat's pool by one of its own. */
    private static boolean isExhaustion(SQLException e) {
        return e instanceof SQLTransientConnectionException
                || e.getClass().getName().equals("org.apache.tomcat.jdbc.pool.PoolExhaustedException");
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
