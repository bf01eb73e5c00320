package dev.pawl.lock.tests.fencing;

import dev.pawl.lock.fencing.JdbcFencingGuard;
import dev.pawl.lock.tests.ContractOfGuard;
import dev.pawl.lock.tests.GuardContract;
import dev.pawl.lock.tests.GuardFixture;
import dev.pawl.lock.tests.servers.MariaDbServer;
import java.util.Optional;

@ContractOfGuard(JdbcFencingGuard.class)
final class MariaDbGuardContractTest extends GuardContract {

    @Override
    protected Optional<String> obstacle() {
        return MariaDbServer.obstacle();
    }

    @Override
    protected GuardFixture startStore() {
        return new TableGuardFixture(MariaDbServer.shared(), GuardedTable.Entered.class, GuardedTable.Entered.STEPS);
    }
}
