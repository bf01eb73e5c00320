package dev.pawl.lock.tests.fencing;

import dev.pawl.lock.fencing.JdbcFencingGuard;
import dev.pawl.lock.tests.ContractOfGuard;
import dev.pawl.lock.tests.GuardContract;
import dev.pawl.lock.tests.GuardFixture;
import dev.pawl.lock.tests.servers.H2Server;

@ContractOfGuard(JdbcFencingGuard.class)
final class H2GuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new TableGuardFixture(H2Server.shared(), GuardedTable.Entered.class, GuardedTable.Entered.STEPS);
    }
}
