package dev.pawl.lock.fencing;

import dev.pawl.lock.testkit.ContractOfGuard;
import dev.pawl.lock.testkit.GuardContract;
import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testservers.H2Server;

@ContractOfGuard(JdbcFencingGuard.class)
final class H2GuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new TableGuardFixture(H2Server.shared(), GuardedTable.Entered.class, GuardedTable.Entered.STEPS);
    }
}
