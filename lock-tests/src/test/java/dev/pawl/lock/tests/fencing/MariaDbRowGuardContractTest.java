package dev.pawl.lock.tests.fencing;

import dev.pawl.lock.fencing.RowFence;
import dev.pawl.lock.tests.ContractOfGuard;
import dev.pawl.lock.tests.GuardContract;
import dev.pawl.lock.tests.GuardFixture;
import dev.pawl.lock.tests.servers.MariaDbServer;
import java.util.Optional;

@ContractOfGuard(RowFence.class)
final class MariaDbRowGuardContractTest extends GuardContract {

    @Override
    protected Optional<String> obstacle() {
        return MariaDbServer.obstacle();
    }

    @Override
    protected GuardFixture startStore() {
        return new TableGuardFixture(MariaDbServer.shared(), GuardedRow.class, GuardedRow.STEPS);
    }
}
