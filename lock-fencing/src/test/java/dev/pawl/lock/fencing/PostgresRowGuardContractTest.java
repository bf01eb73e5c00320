package dev.pawl.lock.fencing;

import dev.pawl.lock.testkit.ContractOfGuard;
import dev.pawl.lock.testkit.GuardContract;
import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testservers.PostgresServer;

@ContractOfGuard(RowFence.class)
final class PostgresRowGuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new TableGuardFixture(PostgresServer.shared(), GuardedRow.class, GuardedRow.STEPS);
    }
}
