package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;

/** PostgreSQL in row mode. */
@ContractOf("jdbc")
@InRowMode
final class PostgresRowContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new PostgresRowFixture();
    }
}
