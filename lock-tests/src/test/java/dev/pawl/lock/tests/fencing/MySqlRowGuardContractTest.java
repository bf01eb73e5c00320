package dev.pawl.lock.tests.fencing;

import dev.pawl.lock.fencing.RowFence;
import dev.pawl.lock.tests.ContractOfGuard;
import dev.pawl.lock.tests.GuardContract;
import dev.pawl.lock.tests.GuardFixture;
import dev.pawl.lock.tests.servers.MySqlServer;
import java.util.Optional;

@ContractOfGuard(RowFence.class)
final class MySqlRowGuardContractTest extends GuardContract {

    @Override
    protected Optional<String> obstacle() {
        return MySqlServer.obstacle();
    }

    @Override
    protected GuardFixture startStore() {
        return new TableGuardFixture(MySqlServer.shared(), GuardedRow.class, GuardedRow.STEPS);
    }
}
