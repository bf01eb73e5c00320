package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;

@ContractOf("jdbc")
final class PostgresContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new PostgresFixture();
    }
}
