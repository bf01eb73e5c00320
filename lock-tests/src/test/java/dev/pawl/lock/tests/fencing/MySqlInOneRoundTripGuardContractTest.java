package dev.pawl.lock.tests.fencing;

import dev.pawl.lock.fencing.JdbcFencingGuard;
import dev.pawl.lock.tests.ContractOfGuard;
import dev.pawl.lock.tests.GuardContract;
import dev.pawl.lock.tests.GuardFixture;
import dev.pawl.lock.tests.servers.MySqlServer;
import java.util.Optional;

@ContractOfGuard(JdbcFencingGuard.class)
final class MySqlInOneRoundTripGuardContractTest extends GuardContract {

    @Override
    protected Optional<String> obstacle() {
        return MySqlServer.obstacle();
    }

    @Override
    protected GuardFixture startStore() {
        return new TableGuardFixture(
                MySqlServer.shared(), GuardedTable.InOneRoundTrip.class, GuardedTable.InOneRoundTrip.STEPS);
    }
}
