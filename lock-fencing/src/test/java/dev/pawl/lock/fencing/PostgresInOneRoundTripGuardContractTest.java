package dev.pawl.lock.fencing;

import dev.pawl.lock.testkit.ContractOfGuard;
import dev.pawl.lock.testkit.GuardContract;
import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testservers.PostgresServer;

@ContractOfGuard(JdbcFencingGuard.class)
final class PostgresInOneRoundTripGuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new TableGuardFixture(
                PostgresServer.shared(), GuardedTable.InOneRoundTrip.class, GuardedTable.InOneRoundTrip.STEPS);
    }
}
