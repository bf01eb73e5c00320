package dev.pawl.lock.tests.fencing;

import dev.pawl.lock.fencing.RowFence;
import dev.pawl.lock.tests.ContractOfGuard;
import dev.pawl.lock.tests.GuardContract;
import dev.pawl.lock.tests.GuardFixture;
import dev.pawl.lock.tests.servers.PostgresServer;

@ContractOfGuard(RowFence.class)
final class PostgresRowGuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new TableGuardFixture(PostgresServer.shared(), GuardedRow.class, GuardedRow.STEPS);
    }
}
