package dev.pawl.lock.fencing;

import dev.pawl.lock.testkit.ContractOfGuard;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.GuardContract;
import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testservers.MySqlServer;
import java.util.Optional;

@ContractOfGuard(JdbcFencingGuard.class)
@Full
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
