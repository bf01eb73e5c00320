package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.SkippedCase;
import dev.pawl.lock.tests.servers.MariaDbServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/** MariaDB in row mode. */
@ContractOf("jdbc")
@SkippedCase(value = "aRestartShorterThanTheLease_isSurvived", because = RowFixture.ONE_CONNECTION)
@SkippedCase(value = "aRenewalThatFails_isToldAndDoesNotEndRenewal", because = RowFixture.ONE_CONNECTION)
@SkippedCase(value = "handOff_needsNoService", because = RowFixture.ASKS_EACH_TIME)
@SkippedCase(value = "aThousandHolds_areAllRenewed", because = RowFixture.MANY_CONNECTIONS)
@SkippedCase(
        value = "tenThousandWaitersOnAThousandLocks_costFewThreadsAndConnections",
        because = RowFixture.MANY_CONNECTIONS)
final class MariaDbRowContractTest extends LockContract {

    @Override
    protected Optional<String> obstacle() {
        return MariaDbServer.obstacle();
    }

    @Override
    protected BackendFixture startService() {
        return new Fixture();
    }

    private static final class Fixture extends RowFixture {

        private static final int NO_SUCH_THREAD = 1094;

        private static final String BLOCKERS = """
                SELECT blocking.trx_mysql_thread_id
                  FROM information_schema.innodb_lock_waits AS waits
                  JOIN information_schema.innodb_trx AS blocking ON blocking.trx_id = waits.blocking_trx_id
                  JOIN information_schema.innodb_trx AS waiting ON waiting.trx_id = waits.requesting_trx_id
                 WHERE waiting.trx_mysql_thread_id = ?
                """;

        Fixture() {
            super(MariaDbServer.shared(), MariaDbServer.shared().url());
        }

        @Override
        long session(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT connection_id()")) {
                rows.next();
                return rows.getLong(1);
            }
        }

        @Override
        int endWhatBlocks(Connection admin, long session) throws SQLException {
            int ended = 0;
            try (PreparedStatement blockers = admin.prepareStatement(BLOCKERS)) {
                blockers.setLong(1, session);
                try (ResultSet rows = blockers.executeQuery();
                        Statement statement = admin.createStatement()) {
                    for (; rows.next(); ended++) {
                        kill(statement, rows.getLong(1));
                    }
                }
            }
            return ended;
        }

        /** What blocks is told by tables that lag behind: it may have gone already. */
        private static void kill(Statement statement, long session) throws SQLException {
            try {
                statement.execute("KILL CONNECTION " + session);
            } catch (SQLException e) {
                if (e.getErrorCode() != NO_SUCH_THREAD) {
                    throw e;
                }
            }
        }
    }
}
