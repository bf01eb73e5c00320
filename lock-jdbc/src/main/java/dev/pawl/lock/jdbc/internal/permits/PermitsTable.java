package dev.pawl.lock.jdbc.internal.permits;

import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Holder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The statements about the table of permits: each method is one exchange, unless it says otherwise. Safe for use by several threads. */
final class PermitsTable {

    private final Dialect dialect;

    PermitsTable(Dialect dialect) {
        this.dialect = dialect;
    }

    Dialect dialect() {
        return dialect;
    }

    // In a transaction that has the row of the name for itself

    /** All of a name, in order of arrival. */
    List<Share> read(Connection transaction, String key) throws SQLException {
        List<Share> shares = new ArrayList<>();
        try (PreparedStatement statement = dialect.permitsSql("read").on(transaction, Map.of("name", key));
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                shares.add(new Share(
                        rows.getString(1),
                        Share.State.of(rows.getString(2)),
                        rows.getLong(3),
                        rows.getLong(4),
                        rows.getLong(5),
                        rows.getLong(6),
                        rows.getLong(7)));
            }
        }
        return shares;
    }

    void add(Connection transaction, String key, String client, Share share) throws SQLException {
        dialect.permitsSql("add")
                .update(
                        transaction,
                        Map.of(
                                "owner",
                                share.owner(),
                                "name",
                                key,
                                "client",
                                client,
                                "state",
                                share.state().stored(),
                                "permits",
                                share.permits(),
                                "most",
                                share.most(),
                                "place",
                                share.place(),
                                "turn",
                                share.turnMicros(),
                                "ends",
                                share.endsMicros()));
    }

    void set(Connection transaction, Share share) throws SQLException {
        dialect.permitsSql("set")
                .update(
                        transaction,
                        Map.of(
                                "owner", share.owner(),
                                "state", share.state().stored(),
                                "ends", share.endsMicros()));
    }

    /** Reserves permits for waiters, and wakes them. Two exchanges on PostgreSQL. */
    void call(Connection transaction, Collection<String> owners, long nowMicros) throws SQLException {
        dialect.permitsSql("call").update(transaction, Map.of("owners", owners, "now", nowMicros));
        dialect.wake(transaction, owners);
    }

    /** Removes those that are over by then. */
    int drop(Connection connection, Collection<String> owners, long untilMicros) throws SQLException {
        return dialect.permitsSql("drop").update(connection, Map.of("owners", owners, "until", untilMicros));
    }

    /** Notes that more permits are out, and the last token. */
    void touch(Connection transaction, String key, long token) throws SQLException {
        dialect.permitsSql("touch").update(transaction, Map.of("name", key, "token", token));
    }

    // By themselves

    /** Renews holds, and says how many of their owners had theirs. */
    int renew(Connection connection, Collection<String> owners, Duration time) throws SQLException {
        return dialect.permitsSql("renew").update(connection, Map.of("owners", owners, "time", time.toNanos() / 1_000));
    }

    /** Which of these have their holds. */
    Set<String> held(Connection connection, Collection<String> owners) throws SQLException {
        Set<String> held = new HashSet<>();
        try (PreparedStatement statement = dialect.permitsSql("held").on(connection, Map.of("owners", owners));
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                held.add(rows.getString(1));
            }
        }
        return held;
    }

    /** What has become of waiters, by their owners, in the words of a lock: a token that has changed looks like another holder. */
    Map<String, Holder> look(Connection connection, Collection<String> owners) throws SQLException {
        Map<String, Holder> found = new HashMap<>();
        try (PreparedStatement statement = dialect.permitsSql("look").on(connection, Map.of("owners", owners));
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                String owner = rows.getString(1);
                String has = switch (Share.State.of(rows.getString(3))) {
                    case HELD -> owner;
                    case RESERVED -> "~" + Permits.member(rows.getString(2), owner);
                    case WAITING -> "=" + rows.getLong(5);
                };
                found.put(owner, new Holder(has, rows.getLong(4)));
            }
        }
        return found;
    }

    /** Removes those that have been over for so long. Several exchanges; nobody waits for them. */
    int purge(Connection connection, Duration idle) throws SQLException {
        long idleMicros = idle.toNanos() / 1_000;
        List<String> old = new ArrayList<>();
        long until = 0;
        try (PreparedStatement statement = dialect.permitsSql("purge").on(connection, Map.of("idle", idleMicros));
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                old.add(rows.getString(1));
                until = Math.max(until, rows.getLong(2));
            }
        }
        // One that comes again at this moment has a later end.
        return old.isEmpty() ? 0 : drop(connection, old, until);
    }
}
