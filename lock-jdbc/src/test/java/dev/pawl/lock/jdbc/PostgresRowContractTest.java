package dev.pawl.lock.jdbc;

import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.LeavesTo;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testkit.Part;

/** PostgreSQL in row mode. */
@ContractOf("jdbc")
@InRowMode
@Full
@LeavesTo(value = H2ContractTest.class, part = Part.ENGINE, because = "the engine meets calls that block there, too")
@LeavesTo(value = PostgresContractTest.class, part = Part.KEYS, because = "both modes have the same table and keys")
final class PostgresRowContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new PostgresRowFixture();
    }
}
