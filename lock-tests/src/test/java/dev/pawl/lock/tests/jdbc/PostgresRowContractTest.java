package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.SkippedCase;

/** PostgreSQL in row mode. */
@ContractOf("jdbc")
@SkippedCase(value = "aRestartShorterThanTheLease_isSurvived", because = RowFixture.ONE_CONNECTION)
@SkippedCase(value = "aRenewalThatFails_isToldAndDoesNotEndRenewal", because = RowFixture.ONE_CONNECTION)
@SkippedCase(value = "handOff_needsNoService", because = RowFixture.ASKS_EACH_TIME)
@SkippedCase(value = "aThousandHolds_areAllRenewed", because = RowFixture.MANY_CONNECTIONS)
@SkippedCase(
        value = "tenThousandWaitersOnAThousandLocks_costFewThreadsAndConnections",
        because = RowFixture.MANY_CONNECTIONS)
final class PostgresRowContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new PostgresRowFixture();
    }
}
