package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.SkippedCase;
import dev.pawl.lock.tests.servers.MySqlServer;
import java.util.Optional;

/** MySQL in row mode. */
@ContractOf("jdbc")
@SkippedCase(value = "aRestartShorterThanTheLease_isSurvived", because = RowFixture.ONE_CONNECTION)
@SkippedCase(value = "aRenewalThatFails_isToldAndDoesNotEndRenewal", because = RowFixture.ONE_CONNECTION)
@SkippedCase(value = "handOff_needsNoService", because = RowFixture.ASKS_EACH_TIME)
@SkippedCase(value = "aThousandHolds_areAllRenewed", because = RowFixture.MANY_CONNECTIONS)
@SkippedCase(
        value = "tenThousandWaitersOnAThousandLocks_costFewThreadsAndConnections",
        because = RowFixture.MANY_CONNECTIONS)
final class MySqlRowContractTest extends LockContract {

    private static final String BLOCKERS =
            "SELECT DISTINCT blocking_pid FROM sys.innodb_lock_waits WHERE waiting_pid = ?";

    @Override
    protected Optional<String> obstacle() {
        return MySqlServer.obstacle();
    }

    @Override
    protected BackendFixture startService() {
        return new MySqlFamilyRowFixture(
                MySqlServer.shared(), MySqlServer.shared().url(), BLOCKERS);
    }
}
