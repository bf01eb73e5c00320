package dev.pawl.lock.jdbc.internal.postgresql;

import dev.pawl.lock.jdbc.internal.dialect.Connector;
import dev.pawl.lock.jdbc.internal.pool.BorrowedConnection;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/**
 * A pooler in front of PostgreSQL, such as PgBouncer, that may give each transaction another session. Whatever is left on a session then is
 * left to strangers: settings, names of statements, channels that are listened on.
 */
final class Pooler {

    /** A pooler may take its sessions in turn, and others may be using the one that would have told. */
    private static final int ROUNDS = 3;

    private Pooler() {}

    /**
     * Whether a connection's transactions are of several sessions. Where there is no pooler the server has told the driver its session, and
     * that is all there is to ask. One that lends a session for as long as its client is connected is told by this: the session
     * does not change while another connection has a transaction open, nor afterwards.
     *
     * @param connection in autocommit mode
     */
    static boolean sharesSessions(Connection connection, Connector another) throws SQLException {
        long session = session(connection);
        if (session == connection.unwrap(PGConnection.class).getBackendPID()) {
            return false;
        }
        try (BorrowedConnection borrowed = BorrowedConnection.from(another, false)) {
            borrowed.namesNothing();
            Connection other = borrowed.connection();
            boolean same = true;
            for (int round = 0; round < ROUNDS && same; round++) {
                // In this order: where there is but one session, the second question would wait for it for ever.
                same = session(other) != session && session(connection) == session;
                other.rollback();
                same = same && session(connection) == session;
            }
            return !same;
        }
    }

    private static long session(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_backend_pid()")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
