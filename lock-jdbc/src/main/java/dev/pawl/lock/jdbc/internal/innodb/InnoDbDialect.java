package dev.pawl.lock.jdbc.internal.innodb;

import dev.pawl.lock.fencing.internal.SqlErrors;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Keeps;
import dev.pawl.lock.jdbc.internal.dialect.Reply;
import dev.pawl.lock.jdbc.internal.dialect.RowLocks;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** InnoDB, the engine of MariaDB and of MySQL: what is alike in their statements, row locks, errors and sessions. */
abstract class InnoDbDialect extends Dialect implements RowLocks {

    private static final List<String> STATEMENTS = List.of(
            "acquire",
            "add-columns",
            "shape",
            "create-row",
            "create-table",
            "encrypted",
            "force-release",
            "guard",
            "inspect",
            "joined",
            "joined-wait",
            "keep",
            "keeps",
            "list",
            "look",
            "purge",
            "purge-lock",
            "purge-row",
            "release",
            "renew",
            "revoke",
            "row-lock",
            "row-silence",
            "row-silence-default",
            "row-token");

    /**
     * Deadlock, lock wait timeout, duplicate key, record changed since it was read. By number: the two drivers give 1205
     * different states.
     */
    private static final Set<Integer> LOST_RACES = Set.of(1213, 1205, 1062, 1020);

    private static final Set<String> AGAIN = Set.of("40001");
    private static final int LOCK_WAIT_TIMEOUT = 1205;

    /** Rows of one transaction: each commit waits for the disk, and until then nobody else can have the rows. */
    private static final int PURGED_TOGETHER = 50;

    /** Of one statement: the application's connection may have a time limit for an answer. */
    private static final long LONGEST_WAIT_SECONDS = 10;

    private static final int NO_SUCH_THREAD = 1094;

    /**
     * @param folder of the database that it is
     * @param more the statements that its relative does without
     */
    InnoDbDialect(String folder, String table, Duration rowWait, List<String> more) {
        super(
                List.of(folder, "innodb"),
                table,
                rowWait,
                Stream.concat(STATEMENTS.stream(), more.stream()).toList());
    }

    /** Of the renewal too, which says by which index it goes. */
    @Override
    public final String key() {
        return "a primary key on name alone";
    }

    @Override
    public final Keeps keeps(Connection connection) throws SQLException {
        Map<String, String> says = new HashMap<>();
        try (PreparedStatement keeps = sql("keeps").on(connection, Map.of());
                ResultSet rows = keeps.executeQuery()) {
            while (rows.next()) {
                says.put(rows.getString(1), rows.getString(2));
            }
        }
        return kept(says).inCluster(cluster(says));
    }

    private static Keeps kept(Map<String, String> says) {
        String flush = says.getOrDefault("innodb_flush_log_at_trx_commit", "1");
        if (!flush.equals("1")) {
            return Keeps.late("innodb_flush_log_at_trx_commit=" + flush);
        }
        String sync = says.getOrDefault("sync_binlog", "1");
        if (isOn(says, "log_bin") && !sync.equals("1")) {
            // What the binary log does not have is rolled back when the server starts again.
            return Keeps.late("sync_binlog=" + sync);
        }
        boolean lags =
                !says.getOrDefault("slaves_connected", "0").equals("0") && !isOn(says, "rpl_semi_sync_master_status");
        return lags ? Keeps.lagging() : Keeps.all();
    }

    private static @Nullable String cluster(Map<String, String> says) {
        if (isOn(says, "wsrep_on")) {
            return "a Galera cluster";
        }
        boolean inGroup = !says.getOrDefault("group_replication_group_name", "").isEmpty();
        boolean onePrimary = isOn(says, "group_replication_single_primary_mode");
        return inGroup && !onePrimary ? "a Group Replication with several primaries" : null;
    }

    private static boolean isOn(Map<String, String> says, String name) {
        return "ON".equals(says.get(name));
    }

    @Override
    public String sessionSettings() {
        return "SET SESSION innodb_lock_wait_timeout = " + Math.max(1, rowWait().toSeconds());
    }

    @Override
    public final long lockJoined(Connection connection, String key, Duration patience) throws SQLException {
        long start = System.nanoTime();
        Boolean free = lockNow(connection, key);
        while (free == null) {
            // One less: MySQL looks once a second whether a wait is over.
            long seconds = patience.minusNanos(System.nanoTime() - start).toSeconds() - 1;
            if (seconds <= 0) {
                return 0;
            }
            free = awaitRow(connection, key, Math.min(seconds, LONGEST_WAIT_SECONDS));
            if (free == null) {
                free = lockNow(connection, key);
            }
        }
        if (!free) {
            // InnoDB gives the row back with the transaction only: its holder would wait for us, and we for it.
            throw new SQLException(
                    "the lock is held in lease mode, which a transaction cannot wait for on this database; roll back, and use"
                            + " one mode for one lock",
                    "25001");
        }
        return raiseToken(connection, key);
    }

    /** Locks the row without a wait, and makes it if there is none. Whether it is free; null if another has it locked. */
    abstract @Nullable Boolean lockNow(Connection connection, String key) throws SQLException;

    /**
     * Waits for the row in the database, which sees a deadlock only among those that do. Whether it is free; null if it is still
     * locked, or not there.
     */
    abstract @Nullable Boolean awaitRow(Connection connection, String key, long seconds) throws SQLException;

    /** That it is a wait for the row that has failed, and alone: a server can be told to end the transaction with it. */
    static void requireTimeout(Connection connection, SQLException failure) throws SQLException {
        if (failure.getErrorCode() != LOCK_WAIT_TIMEOUT) {
            throw failure;
        }
        try (PreparedStatement statement = connection.prepareStatement("SELECT @@GLOBAL.innodb_rollback_on_timeout");
                ResultSet rows = statement.executeQuery()) {
            if (rows.next() && rows.getBoolean(1)) {
                throw new SQLException(
                        "the lock is held by others, and the server has rolled the transaction back for it"
                                + " (innodb_rollback_on_timeout); begin it again",
                        "40000",
                        failure);
            }
        }
    }

    @Override
    public final Optional<RowLocks> rowLocks() {
        return Optional.of(this);
    }

    @Override
    public final @Nullable Reply lockRow(Connection connection, String key, Duration silence) throws SQLException {
        Reply free = one(connection, sql("row-lock"), Map.of("name", key));
        if (free == null || !free.granted()) {
            return free;
        }
        long token = raiseToken(connection, key);
        // In whole seconds, and not before its time.
        sql("row-silence")
                .update(connection, Map.of("seconds", silence.plusMillis(999).toSeconds()));
        return Reply.granted(token, free.token());
    }

    /** Of a row that the transaction has locked. */
    private long raiseToken(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement =
                sql("row-token").on(connection, Map.of("name", key), Statement.RETURN_GENERATED_KEYS)) {
            statement.executeUpdate();
            try (ResultSet keys = statement.getGeneratedKeys()) {
                if (!keys.next()) {
                    throw new SQLException("the driver did not answer with the token of the lock");
                }
                return keys.getLong(1);
            }
        }
    }

    @Override
    public final void allowSilence(Connection connection) throws SQLException {
        sql("row-silence-default").update(connection, Map.of());
    }

    /**
     * One row after the other, each by its key: InnoDB locks what it looks at, and in REPEATABLE READ keeps it. Commits now and then,
     * since each commit waits for the disk.
     */
    @Override
    public final int purge(Connection connection, Duration idle) throws SQLException {
        List<String> names = names(connection, sql("purge"), Map.of("idle", micros(idle)));
        int purged = 0;
        connection.setAutoCommit(false);
        try {
            for (String name : names) {
                if (!names(connection, sql("purge-lock"), Map.of("name", name, "idle", micros(idle)))
                        .isEmpty()) {
                    purged += sql("purge-row").update(connection, Map.of("name", name));
                    if (purged % PURGED_TOGETHER == 0) {
                        connection.commit();
                    }
                }
            }
        } finally {
            connection.setAutoCommit(true);
        }
        return purged;
    }

    @Override
    public final boolean isLostRace(SQLException e) {
        return LOST_RACES.contains(e.getErrorCode()) || SqlErrors.hasState(e, AGAIN);
    }

    @Override
    public final long session(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT connection_id()");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    public final boolean endSession(Connection connection, long session, long ageMicros) throws SQLException {
        if (!isThere(connection, session, ageMicros)) {
            return true;
        }
        try (PreparedStatement kill = connection.prepareStatement("KILL " + session)) {
            kill.execute();
            return false;
        } catch (SQLException e) {
            if (e.getErrorCode() == NO_SUCH_THREAD) {
                return true;
            }
            throw e;
        }
    }

    /** Whether a session is there that was so long ago. */
    abstract boolean isThere(Connection connection, long session, long ageMicros) throws SQLException;
}
